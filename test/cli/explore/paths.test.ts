import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { listPath } from '../../../src/cli/explore/list-path.ts';
import { exploreOutside } from '../../../src/cli/explore/outside.ts';
import { pickItems, pickNote } from '../../../src/explore/pick-lists.ts';
import type { Picker } from '../../../src/explore/state.ts';
import { begin, opened, press } from '../../explore/drive.ts';
import { buildAmdContainer, buildCpio, buildIntelUpdate, concatBytes } from '../../fixtures/microcode/build-microcode.ts';
import { folder } from '../run-cli.ts';

test('a path that is typed is completed: folders first, hidden names only where they are meant, nothing that cannot be read to its end', (t) => {
  const { path, write } = folder(t);
  write('b.json', '{}');
  write('.hidden', '');
  mkdirSync(join(path, 'zoo'));
  symlinkSync(join(path, 'zoo'), join(path, 'link'));
  symlinkSync(join(path, 'nowhere'), join(path, 'broken'));
  assert.equal(spawnSync('mkfifo', [join(path, 'a-pipe')]).status, 0);
  const names = (typed: string): string[] => listPath(typed).map((entry) => entry.path.slice(path.length + 1));
  assert.deepEqual(names(`${path}/`), ['link/', 'zoo/', 'b.json']);
  assert.deepEqual(names(`${path}/.h`), ['.hidden']);
  assert.deepEqual(names(`${path}/none/`), []);
  assert.deepEqual(listPath('/dev/nul'), []);
});

test('of the files of a folder those are offered that hold an update for this CPU, and it is said how many are left out', async (t) => {
  const { path, write } = folder(t);
  write(
    '06-5e-03',
    concatBytes(buildIntelUpdate({ platformFlags: 1, revision: 0xcc }), buildIntelUpdate({ platformFlags: 1, revision: 0xf0, date: '2021-11-12' })),
  );
  write('other-platform', buildIntelUpdate({ platformFlags: 0x40 }));
  write('06-55-07', buildIntelUpdate({ signature: 0x50657 }));
  write('other-with-table', buildIntelUpdate({ signature: 0x50657, extended: [{ signature: 0x506e3, platformFlags: 1 }] }));
  write('amd.bin', buildAmdContainer([{ signature: 0xa00f11, equivalenceId: 0xa011 }], [{ equivalenceId: 0xa011, patchId: 0x0a0011d1 }]));
  write('notes.txt', 'no update at all');
  write('package.json', '{"name":"x"}');
  write('early.cpio', buildCpio([]));
  write('mine.json', JSON.stringify({ schema: 'cpueval/blob/1', id: 'm', vendor: 'GenuineIntel', revision: '0xff', applies: [{ signature: '0x506e3' }] }));
  write('others.json', JSON.stringify({ schema: 'cpueval/blob/1', id: 'm', vendor: 'GenuineIntel', revision: '0xff', applies: [{ signature: '0x50657' }] }));
  const outside = exploreOutside();
  const state = await press(await begin(opened({ profile: 'skylake-06-5e-03-c6' })), ['enter', ...`${path}/`], outside);
  const picker = state.overlay as Picker;
  const offered = Object.fromEntries(pickItems(state, picker).map(({ label, hint }) => [label, hint]));
  assert.deepEqual(Object.keys(offered), ['the whole folder', '06-5e-03', 'early.cpio', 'mine.json', 'other-with-table']);
  assert.equal(offered['06-5e-03'], '0xf0  2021-11-12');
  assert.match(pickNote(state, picker), /^6 files are left out/);
  const taken = await press(state, ['down', 'enter'], outside);
  assert.equal(taken.choices.blob, `${path}/06-5e-03`);
});
