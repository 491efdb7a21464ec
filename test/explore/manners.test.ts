import assert from 'node:assert/strict';
import test from 'node:test';
import { says } from '../../src/explore/edits.ts';
import { frame } from '../../src/explore/frame.ts';
import { keyLine, timelineKeys } from '../../src/explore/key-line.ts';
import { pickItems, pickNote } from '../../src/explore/pick-lists.ts';
import { resized } from '../../src/explore/reduce.ts';
import type { State } from '../../src/explore/state.ts';
import { visibleRows } from '../../src/explore/visible.ts';
import { textWidth } from '../../src/views/table/width.ts';
import { begin, opened, paste, press, SKYLAKE } from './drive.ts';

const screen = (state: State, width = 80, height = 24): string => frame(resized(state, width, height), width, height, false).join('\n');
const labels = (state: State): string[] => (state.overlay?.kind === 'picker' ? pickItems(state, state.overlay).map(({ label }) => label) : []);

test('rows with news stand first and stay on the screen, whatever is selected and whatever a step brings', async () => {
  const late = await press(await begin(SKYLAKE), ['right', 'right', 'right', '4']);
  const stale = visibleRows(late)
    .rows.filter(({ news }) => news)
    .map(({ key }) => key);
  assert.equal(stale.length, 7);
  for (const keys of [[], ['G'], ['right', 'right', 'right', 'right'], ['G', 'right', 'right', 'right', 'right']]) {
    const state = await press(late, keys);
    const text = screen(state, 120, 40);
    for (const key of stale) assert.ok(text.includes(` ${key} `), `${key} after ${keys.join()}`);
  }
  const small = screen(await press(late, ['G']));
  assert.match(small, /boot_cpu_data[\s\S]*\.\.\. \d+ more, 2 with news[\s\S]*>/);
});

test('a step changes what stands on a tab, never its name', async () => {
  const before = await begin(SKYLAKE);
  const after = await press(before, ['right', 'right', 'right']);
  const names = (state: State): string => (/\[1 V[^\n]*/.exec(screen(state)) ?? [''])[0].replace(/\*\d+/g, '');
  assert.equal(names(before), names(after));
});

test('i says all that a step found out, and what the timeline stands on', async () => {
  const held = await press(await begin(opened({ ...SKYLAKE.choices, inhibit: true, cmdline: 'mitigations=auto' })), ['right', 'right', 'right']);
  assert.match(screen(held), /Refused by an inhibitor \(f: force it by name\)[\s\S]*i: all/);
  const text = screen(await press(held, ['i']));
  assert.match(text, /THIS STEP[\s\S]*A guest uses VMX[\s\S]*inhibitors on[\s\S]*mitigations=auto[\s\S]*late loading built in/);
});

test('what a list cuts of the selected entry stands below it in full', async () => {
  const state = await press(await begin(SKYLAKE), ['e']);
  assert.match(screen(state), /explore --s…[\s\S]*explore\n +--scenario opens it/);
  assert.doesNotMatch(screen(state, 120, 40), /opens it[\s\S]*opens it/, 'once where it has room');
});

test('what the screen of choices cuts of the selected line stands below in full', async () => {
  const cmdline = 'mitigations=auto,nosmt spectre_v2=eibrs,retpoline mds=full,nosmt l1tf=full,force console=ttyS0';
  const state = await press(await begin(opened({ ...SKYLAKE.choices, cmdline })), ['c', 'k', 'k', 'k', 'k']);
  assert.match(screen(state), /> Command line +mitigations[^\n]*…[\s\S]*Command line: mitigations[\s\S]*console=ttyS0/);
});

test('a long message takes the lines that it needs', async () => {
  const text = `${'word '.repeat(40)}end`;
  const lines = screen(says(await begin(SKYLAKE), text)).split('\n');
  assert.equal(lines.length, 24);
  assert.match(lines.join(' ').replace(/\s+/g, ' '), /(word ){40}end/);
});

test('the last line names as many keys as have room, help and leaving always', () => {
  for (let width = 40; width < 200; width++) {
    const text = keyLine(timelineKeys(false), width);
    assert.ok(textWidth(text) <= width, text);
    assert.match(text, /\? keys {2}q leave$/);
  }
  assert.match(keyLine(timelineKeys(true), 80), /f force/);
  assert.match(keyLine(timelineKeys(false), 180), /i this step.*x remove {2}< > move {2}f force.*u undo {2}e export {2}c choose/);
});

test('what is pasted is text, not commands', async () => {
  const timeline = await paste(await begin(SKYLAKE), 'qxx\r');
  assert.deepEqual([timeline.wish, timeline.steps.length], [null, 9]);
  assert.match(timeline.message?.text ?? '', /left out/);
  const prompt = await paste(await press(timeline, ['c', 'k', 'k', 'k', 'k', 'enter']), ' mds=off\n\tl1tf=off\u001b[2J\r\n');
  assert.ok(prompt.overlay?.kind === 'prompt');
  assert.equal(prompt.overlay.line.text, 'mds=off l1tf=off [2J');
  assert.deepEqual(labels(await paste(await begin(null), 'skylake c6'))[0], 'skylake-06-5e-03-c6');
  const filtered = await paste(await press(timeline, ['/']), 'tsx');
  assert.deepEqual(
    visibleRows(filtered).rows.map(({ key }) => key),
    ['tsx_async_abort'],
  );
});

test('arrows move through the completions of a command line, tab takes the selected one', async () => {
  const state = await press(await begin(SKYLAKE), ['c', 'k', 'k', 'k', 'k', 'enter', ...'mitig', 'tab', 'down', 'down', 'tab', 'enter']);
  assert.equal(state.choices.cmdline, 'mitigations=auto,nosmt');
});

test('what is meant comes before what stays in a list whatever is typed', async () => {
  const state = await press(await begin(null), [...'a file']);
  assert.equal(labels(state)[0], 'a file ...');
  assert.deepEqual(labels(await press(await begin(null), [...'no such thing'])), ['this machine', 'a file ...']);
});

test('a machine with a kernel of its own keeps it', async () => {
  const profile = { schema: 'cpueval/profile/1', id: 'own', title: 'own', source: { kind: 'synthetic', from: 'a test' } };
  const cpuid = [
    { leaf: '0x0', subleaf: '0x0', eax: '0xd', ebx: '0x756e6547', ecx: '0x6c65746e', edx: '0x49656e69' },
    { leaf: '0x1', subleaf: '0x0', eax: '0x506e3', ebx: '0x0', ecx: '0x0', edx: '0x0' },
  ];
  const source = { ...profile, cpuid, msrs: {}, microcode: { revision: '0xc6' }, system: { kernel: '6.1.100' } };
  const state = await press(await begin(opened({ profile: source })), ['j', 'enter']);
  assert.equal(state.prepared?.kernel.line, '6.1');
  assert.ok(state.overlay?.kind === 'picker' && state.overlay.field === 'kernel');
  assert.equal(labels(state)[state.overlay.at], "the machine's own");
  const kept = await press(state, ['enter']);
  assert.equal(kept.choices.kernel, null);
  assert.match(screen(kept), /Kernel +6\.1\.100 +the machine's own/);
});

test('a CPU that no built-in update is for is said to have none', async () => {
  const state = await press(await begin(null), [...'turin', 'enter']);
  assert.ok(state.overlay?.kind === 'picker' && state.overlay.field === 'blob');
  assert.match(pickNote(state, state.overlay), /No built-in update/);
  assert.deepEqual(labels(state), ['a file or folder ...', 'no update']);
});

test('undo brings back what was played, without playing it again', async () => {
  const first = await press(await begin(SKYLAKE), ['right', 'right', 'right', '6']);
  const back = await press(first, ['x', 'u']);
  assert.equal(back.session, first.session);
  assert.equal((await press(back, ['U', 'u'])).session, first.session);
});
