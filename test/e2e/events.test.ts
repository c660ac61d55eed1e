import { match } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Hooklet } from './hooklet.ts';

describe('the events that hooklet run ends with', () => {
  let hooklet: Hooklet;
  before(async () => {
    hooklet = await Hooklet.open();
  });
  after(async () => hooklet.close());

  it('of failing-post-start, after 15 s: each step of its restarts counted, and the back-off', async () => {
    const { stdout } = await hooklet.command('run', 'examples/failing-post-start/pod.yaml', '--for', '15s');
    const events = stdout.slice(stdout.indexOf('\nEvents:'));
    for (const reason of ['Pulled', 'Created', 'Started', 'FailedPostStartHook', 'Killing']) {
      match(
        events,
        new RegExp(`^ +(Normal|Warning) +${reason} +\\d+s \\(x[23] over \\d+s\\) +kubelet +spec\\.containers\\{main\\}: `, 'm'),
      );
    }
    match(
      events,
      /^ +Warning +BackOff +\d+s( \(x2 over \d+s\))? +kubelet +spec\.containers\{main\}: Back-off restarting failed container main /m,
    );
  });

  it('of failing-pre-stop: FailedPreStopHook once, and the container got its stop signal all the same', async () => {
    const { stdout } = await hooklet.command('run', 'examples/failing-pre-stop/pod.yaml', '--for', '1s');
    match(
      stdout.slice(stdout.indexOf('\nEvents:')),
      /^ +Warning +FailedPreStopHook +\d+s +kubelet +spec\.containers\{main\}: PreStopHook failed/m,
    );
    match(stdout, /SIGTERM sent[\s\S]*container exited/);
  });
});
