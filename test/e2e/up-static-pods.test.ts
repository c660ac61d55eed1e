/** Static Pods on real containers: they start, change and go with their files, and their mirrors with them. */
import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Hooklet } from './hooklet.ts';
import { until } from './host/host-traces.ts';
import { HookLog, podOf } from './kill-hooks.ts';
import { deliveries, isReady, shellsWith, Up } from './up.ts';

describe('static Pods of hooklet up', () => {
  let hooklet: Hooklet;
  let log: HookLog;
  let manifests: string;
  const ups: Up[] = [];
  const start = async (): Promise<Up> => {
    const up = await Up.start(hooklet, ['--manifests', manifests]);
    ups.push(up);
    return up;
  };
  /** As an editor that writes a copy first. */
  const write = async (text: string): Promise<void> => {
    await writeFile(join(manifests, '.web.yaml.new'), text);
    await rename(join(manifests, '.web.yaml.new'), join(manifests, 'web.yaml'));
  };
  const web = (version: string): string =>
    podOf('web', [{ name: 'main', preStop: { name: version, ends: `end-${version}`, exitCode: 0 } }], { log });
  const untilShows = (up: Up, version: string): Promise<void> =>
    until(`the Pod of ${version} is ready`, async () => {
      const pod = await up.pod('web-here');
      return isReady(pod) && JSON.stringify(pod.spec).includes(`begin ${version} `);
    });

  beforeEach(async () => {
    hooklet = await Hooklet.open();
    log = await HookLog.open();
    manifests = join(log.dir, 'manifests');
    await mkdir(manifests);
  });
  afterEach(async () => {
    for (const up of ups.splice(0)) await up.kill();
    await hooklet.close();
    await log.remove();
  });

  it('start, change and go with the file; the old one ends gracefully before the new one starts', async () => {
    const up = await start();
    await write(web('one'));
    await untilShows(up, 'one');
    const first = await up.pod('web-here');
    const uid = first.metadata.annotations['kubernetes.io/config.hash'];
    equal(first.metadata.annotations['kubernetes.io/config.mirror'], uid);
    deepEqual(
      [first.metadata.ownerReferences[0].kind, first.metadata.ownerReferences[0].name, first.spec.nodeName],
      ['Node', 'here', 'here'],
    );
    match(await up.ok('describe pod web-here'), /Started\s.*Container started/);
    equal(await up.ok('exec web-here -- echo inside'), 'inside\n');
    const events = JSON.parse(await up.ok(`get events -o json --field-selector involvedObject.uid=${uid}`));
    deepEqual(
      [...new Set(events.items.map(({ involvedObject }: { involvedObject: { name: string } }) => involvedObject.name))],
      ['web-here'],
    );

    await write(web('two'));
    await log.until(['begin one']);
    // The new one waits, and the mirror still shows the old one.
    equal((await up.pod('web-here')).metadata.uid, first.metadata.uid);
    await log.openGate('end-one');
    await untilShows(up, 'two');
    notEqual((await up.pod('web-here')).metadata.uid, first.metadata.uid);
    deepEqual(await log.lines(), ['begin one', 'end one']);

    await rm(join(manifests, 'web.yaml'));
    await log.until(['begin two']);
    await log.openGate('end-two');
    await up.untilGone('web-here');
    deepEqual(await deliveries(hooklet), ['web-here preStop 1 succeeded', 'web-here preStop 1 succeeded']);
  });

  it('the mirror comes back when it is deleted, gracefully or by force, and the Pod goes on', async () => {
    await write(web('one'));
    const up = await start();
    await untilShows(up, 'one');
    for (const how of ['--wait=false', '--grace-period=0 --force']) {
      const { metadata, status } = await up.pod('web-here');
      await up.ok(`delete pod web-here ${how}`);
      await until('another mirror is there', async () => ![undefined, metadata.uid].includes((await up.pod('web-here'))?.metadata.uid));
      await until('it shows the same container', async () => {
        const shown = (await up.pod('web-here'))?.status.containerStatuses?.[0];
        return shown?.containerID === status.containerStatuses[0].containerID && shown.restartCount === 0;
      });
    }
    deepEqual(await log.lines(), []);
  });

  it('a file that is broken leaves its Pod as it is, over a restart too', async () => {
    await write(web('one'));
    const first = await start();
    await untilShows(first, 'one');
    const before = await shellsWith(hooklet, "trap 'exit 0' TERM");
    await writeFile(join(manifests, 'web.yaml'), web('two').slice(0, 200));
    await until('it was told', () => first.lines.some(({ message }) => message === 'a manifest is not used; it keeps default/web-here'));
    match(String(first.lines.find(({ message }) => message.startsWith('a manifest is not used'))?.['problem']), /web\.yaml:1/);
    first.signal('SIGTERM');
    equal(await first.ended(), 0);
    const second = await start();
    await untilShows(second, 'one');
    deepEqual(await shellsWith(hooklet, "trap 'exit 0' TERM"), before);
    deepEqual(await log.lines(), []);
  });

  it('what changed while nobody looked is changed by the next one: gracefully, one after the other', async () => {
    await write(web('one'));
    const first = await start();
    await untilShows(first, 'one');
    await first.kill();
    await write(web('two'));
    const second = await start();
    await log.until(['begin one']);
    await log.openGate('end-one');
    await untilShows(second, 'two');
    deepEqual(await deliveries(hooklet), ['web-here preStop 1 succeeded']);
  });

  it('those that a drain has ended start again with the next one', async () => {
    await write(web('one'));
    const first = await Up.start(hooklet, ['--manifests', manifests, '--drain-on-exit']);
    ups.push(first);
    await untilShows(first, 'one');
    await log.openGate('end-one');
    first.signal('SIGTERM');
    equal(await first.ended(), 0);
    const second = await start();
    await untilShows(second, 'one');
    deepEqual(await log.lines(), ['begin one', 'end one']);
  });

  it('without --manifests they end gracefully, and their mirrors go', async () => {
    await write(web('one'));
    await log.openGate('end-one');
    const first = await start();
    await untilShows(first, 'one');
    first.signal('SIGTERM');
    equal(await first.ended(), 0);
    const second = await Up.start(hooklet);
    ups.push(second);
    await second.untilGone('web-here');
    deepEqual(await deliveries(hooklet), ['web-here preStop 1 succeeded']);
  });
});
