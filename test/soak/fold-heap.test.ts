import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeHeapSnapshot } from 'node:v8';
import { asyncProperty, assert as check, integer } from 'fast-check';
import { foldHeap, foldHeapFile } from './fold-heap.ts';

const SNAPSHOT = `{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[["hidden","string","object","closure"],"string","number"]},"node_count":5,"edge_count":1},
"nodes":[2,1,1,24,0
,2,1,3,40,1
,3,2,5,32,0
,1,3,7,100,0
,1,0,9,16,0],
"edges":[1,2,3
],
"trace_tree":[],
"strings":["<dummy>",
"Map",
"say \\"]\\" \\\\",
"a long\\nstring"]}`;

async function* inParts(text: string, size: number): AsyncIterable<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

describe('foldHeap', () => {
  it('counts objects and closures by name, and everything else by kind, however the text is cut', async () => {
    await check(
      asyncProperty(integer({ min: 1, max: SNAPSHOT.length }), async (size) => {
        deepEqual(Object.fromEntries(await foldHeap(inParts(SNAPSHOT, size))), {
          Map: { count: 2, bytes: 64 },
          'closure say "]" \\': { count: 1, bytes: 32 },
          '(string)': { count: 2, bytes: 116 },
        });
      }),
    );
  });

  it('says so when the snapshot is cut short', async () => {
    await rejects(foldHeap(inParts(SNAPSHOT.slice(0, -3), 10)), /ends before the end of the strings/);
    await rejects(foldHeap(inParts(SNAPSHOT.slice(0, 40), 10)), /ends before "nodes"/);
  });

  it('refuses nodes without a size', async () => {
    await rejects(foldHeap(inParts(SNAPSHOT.replace('self_size', 'weight'), 100)), /has no "self_size"/);
  });

  it('finds the objects of a real heap, each once', async () => {
    class OnlyInThisTest {
      readonly name = 'kept';
    }
    const kept = Array.from({ length: 37 }, () => new OnlyInThisTest());
    const directory = await mkdtemp(join(tmpdir(), 'hooklet-heap-'));
    try {
      const heap = await foldHeapFile(writeHeapSnapshot(join(directory, 'heap.heapsnapshot')));
      equal(heap.get('OnlyInThisTest')?.count, kept.length);
      ok((heap.get('Map')?.count ?? 0) > 0 && (heap.get('(string)')?.count ?? 0) > 100);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
