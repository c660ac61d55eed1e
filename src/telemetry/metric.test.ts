import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Counter } from './counter.ts';
import { countedElsewhere, gauge } from './gauge.ts';
import { Histogram } from './histogram.ts';
import { renderMetrics } from './metric.ts';

describe('renderMetrics()', () => {
  it('writes help, type and samples of each metric', () => {
    const counter = new Counter('a_total', 'Things.');
    counter.add({ kind: 'x', code: 200 });
    counter.add({ kind: 'x', code: 200 }, 2);
    counter.add({ kind: 'y', code: 500 });
    assert.equal(
      renderMetrics([counter, gauge('b', 'Now.', () => 1.5), countedElsewhere('c_total', 'There.', () => 7)]),
      `# HELP a_total Things.
# TYPE a_total counter
a_total{kind="x",code="200"} 3
a_total{kind="y",code="500"} 1
# HELP b Now.
# TYPE b gauge
b 1.5
# HELP c_total There.
# TYPE c_total counter
c_total 7
`,
    );
  });

  it('escapes what stands in labels and help', () => {
    const odd = gauge('a', 'one\ntwo \\', () => [{ labels: { l: 'a"b\\c\nd' }, value: 1 }]);
    assert.equal(renderMetrics([odd]), '# HELP a one\\ntwo \\\\\n# TYPE a gauge\na{l="a\\"b\\\\c\\nd"} 1\n');
  });

  it('leaves out what cannot be read or has no samples', () => {
    const broken = gauge('a', 'A.', () => {
      throw new Error('no /proc');
    });
    assert.equal(renderMetrics([broken, new Counter('b_total', 'B.')]), '');
  });

  it('writes numbers that are none as Prometheus reads them', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const text = renderMetrics([gauge('a', 'A.', () => values.map((value, n) => ({ labels: { n }, value })))]);
    assert.deepEqual(text.trim().split('\n').slice(2), ['a{n="0"} NaN', 'a{n="1"} +Inf', 'a{n="2"} -Inf']);
  });
});

describe('Histogram', () => {
  it('counts into every bucket that is not below the value, its bound included', () => {
    const histogram = new Histogram('h', 'H.', [1, 2]);
    for (const value of [0, 1, 1.5, 2, 3]) histogram.observe(value, { hook: 'preStop' });
    assert.deepEqual(renderMetrics([histogram]).trim().split('\n').slice(2), [
      'h_bucket{hook="preStop",le="1"} 2',
      'h_bucket{hook="preStop",le="2"} 4',
      'h_bucket{hook="preStop",le="+Inf"} 5',
      'h_sum{hook="preStop"} 7.5',
      'h_count{hook="preStop"} 5',
    ]);
  });
});

describe('Counter', () => {
  it('stays bounded: from a thousand sets of labels on the rest is counted together', () => {
    const counter = new Counter('a_total', 'A.');
    for (let n = 0; n < 1500; n += 1) counter.add({ n });
    const samples = counter.samples();
    assert.equal(samples.length, 1001);
    assert.deepEqual(samples.at(-1), { labels: { n: 'other' }, value: 500 });
  });
});
