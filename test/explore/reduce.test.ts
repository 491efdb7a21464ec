import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { frame } from '../../src/explore/frame.ts';
import { reduce } from '../../src/explore/reduce.ts';
import { type State, startState } from '../../src/explore/state.ts';
import { textWidth } from '../../src/views/table/width.ts';
import { begin, opened, outsideOf, press, SKYLAKE, type Written } from './drive.ts';

const types = (state: State): string[] => state.steps.map(({ type, guest }) => (guest === undefined ? type : `${type} ${guest}`));

const STORY = ['boot', 'kvm-load', 'guest-start web-1', 'microcode-late-load', 'guest-stop web-1', 'kvm-unload', 'kvm-load', 'guest-start web-1', 'reboot'];

test('from nothing to the timeline: machine, update, kernel, play', async () => {
  let state = await begin(null);
  assert.equal(state.overlay?.kind, 'picker');
  state = await press(state, [...'skylake c6', 'enter']);
  assert.equal(state.choices.profile, 'skylake-06-5e-03-c6');
  assert.equal(state.overlay?.kind === 'picker' && state.overlay.field, 'blob');
  state = await press(state, [...'-cc', 'enter']);
  assert.equal(state.choices.blob, 'skylake-06-5e-03-cc');
  assert.equal(state.overlay?.kind === 'picker' && state.overlay.field, 'kernel');
  state = await press(state, [...'7.2', 'enter']);
  assert.equal(state.choices.kernel, '7.2');
  assert.deepEqual([state.overlay, state.screen, state.field], [null, 'choose', 'play']);
  state = await press(state, ['enter']);
  assert.equal(state.screen, 'timeline');
  assert.deepEqual(types(state), STORY);
  assert.equal(state.session?.steps[3]?.machine?.threads[0]?.revision, 0xcc);
});

test('only updates that fit the CPU are offered, those the kernel would take first', async () => {
  const { pickItems } = await import('../../src/explore/pick-lists.ts');
  const state = await press(await begin(null), [...'skylake c6', 'enter']);
  assert.ok(state.overlay?.kind === 'picker');
  const names = pickItems(state, state.overlay).map(({ label }) => label);
  assert.deepEqual(names.slice(0, 4), ['skylake-06-5e-03-cc', 'skylake-06-5e-03-dc', 'skylake-06-5e-03-f0', 'skylake-06-5e-03-f4']);
  assert.equal(names[4], 'skylake-06-5e-03-c6');
  assert.ok(names.every((name) => name.startsWith('skylake') || name.includes(' ')));
});

test('steps are added behind the one that is shown, removed and moved, and each change can be undone and done again', async () => {
  let state = await press(await begin(SKYLAKE), ['right', 'a', 'x']);
  assert.deepEqual(types(state).slice(0, 4), ['boot', 'kvm-load', 'kexec', 'guest-start web-1']);
  assert.equal(state.at, 2);
  state = await press(state, ['<']);
  assert.deepEqual(types(state).slice(0, 3), ['boot', 'kexec', 'kvm-load']);
  state = await press(state, ['x']);
  assert.deepEqual(types(state), STORY);
  state = await press(state, ['u', 'u', 'u']);
  assert.deepEqual(types(state), STORY);
  state = await press(state, ['u']);
  assert.match(state.message?.text ?? '', /Nothing to undo/);
  state = await press(state, ['U', 'ctrl-r']);
  assert.deepEqual(types(state).slice(0, 3), ['boot', 'kexec', 'kvm-load']);
  state = await press(await begin(SKYLAKE), ['x', '>', '<']);
  assert.deepEqual(types(state), STORY, 'the boot stays where it is');
});

test('a step that is refused says by whom; what holds it is forced by name', async () => {
  const inhibited = opened({ ...SKYLAKE.choices, inhibit: true });
  let state = await press(await begin(inhibited), ['right', 'right', 'right']);
  assert.equal(state.session?.steps[3]?.refused, true);
  assert.match(frame(state, 120, 40, false).join('\n'), /Refused by an inhibitor/);
  state = await press(state, ['f']);
  assert.ok(state.overlay?.kind === 'menu');
  const ids = state.overlay.items.map(({ label }) => label);
  assert.ok(ids.includes('kvm-module') && ids.includes('running-guests'), ids.join());
  for (const _ of ids) state = await press(state, ['f', '1']);
  assert.deepEqual([...state.choices.force].sort(), [...ids].sort());
  assert.equal(state.session?.steps[3]?.refused, false);
  assert.equal(state.session?.steps[3]?.machine?.threads[0]?.revision, 0xcc);
});

test('what the kernel refuses cannot be forced: f says what lifts it', async () => {
  const again = opened({ profile: 'skylake-06-5e-03-cc', blob: 'skylake-06-5e-03-cc' });
  const state = await press(await begin(again), ['right', 'right', 'right', 'f']);
  assert.equal(state.overlay, null);
  assert.match(state.message?.text ?? '', /The kernel refuses this.*a newer update/);
});

test('what the last step changed is marked, and d leaves the rest out', async () => {
  const { visibleRows } = await import('../../src/explore/visible.ts');
  let state = await press(await begin(SKYLAKE), ['right', 'right', 'right']);
  const marked = visibleRows(state).rows.filter(({ mark }) => mark !== ' ');
  assert.deepEqual(
    marked.map(({ key }) => key),
    ['mds', 'mmio_stale_data', 'tsx_async_abort'],
  );
  state = await press(state, ['d', 'd']);
  assert.deepEqual(
    visibleRows(state).rows.map(({ key }) => key),
    ['mds', 'mmio_stale_data', 'tsx_async_abort'],
  );
  state = await press(state, ['/', ...'tsx', 'enter']);
  assert.deepEqual(
    visibleRows(state).rows.map(({ key }) => key),
    ['tsx_async_abort'],
  );
  state = await press(state, ['escape']);
  assert.ok(visibleRows(state).rows.length > 10);
});

test('the selected row stays selected over steps and is explained by enter', async () => {
  let state = await press(await begin(SKYLAKE), ['right', 'right', 'right', '/', ...'mmio', 'enter', 'down', 'escape', 'right', 'left', 'enter']);
  assert.ok(state.overlay?.kind === 'explanation');
  const text = frame(state, 100, 40, false).join('\n');
  assert.match(text, /mmio_stale_data/);
  assert.match(text, /cpuid:7\.0\.edx\[10\] MD_CLEAR 0 -> 1/);
  assert.match(text, /bugs\.c/);
  state = await press(state, ['escape']);
  assert.equal(state.overlay, null);
});

test('a command line is completed, and an option that is wrong for nobody changes the boot', async () => {
  let state = await press(await begin(SKYLAKE), ['c', 'k', 'k', 'k', 'k', 'enter']);
  assert.ok(state.overlay?.kind === 'prompt' && state.overlay.wanted === 'cmdline');
  state = await press(state, [...'mitig', 'tab', 'o', 'f', 'tab', 'enter', 's']);
  assert.equal(state.choices.cmdline, 'mitigations=off');
  assert.equal(state.session?.steps[0]?.machine?.kernel.spec.cmdline, 'mitigations=off');
});

test('a file that is not there is said, and the list stays open', async () => {
  const state = await press(await begin(null), [...'./no-such-file.json', 'enter']);
  assert.equal(state.overlay?.kind, 'picker');
  assert.match(state.message?.text ?? '', /no-such-file\.json/);
});

test('exports ask before they write over a file', async () => {
  const written: Written = new Map();
  const outside = outsideOf(written);
  const state = await press(await begin(SKYLAKE, undefined, outside), ['e', 's', 'enter'], outside);
  assert.match(state.message?.text ?? '', /^Written: skylake-06-5e-03-c6\.scenario\.json/);
  const asked = await press(state, ['e', 's', 'enter'], outside);
  assert.match(asked.message?.text ?? '', /there already/);
  const done = await press(asked, ['enter'], outside);
  assert.match(done.message?.text ?? '', /^Written/);
  assert.deepEqual([...written.keys()], ['skylake-06-5e-03-c6.scenario.json']);
});

const NAMED = [
  'up',
  'down',
  'left',
  'right',
  'enter',
  'escape',
  'tab',
  'shift-tab',
  'backspace',
  'delete',
  'home',
  'end',
  'pageup',
  'pagedown',
  'f1',
  'f5',
  'insert',
];
const CONTROLS = ['ctrl-a', 'ctrl-b', 'ctrl-c', 'ctrl-d', 'ctrl-f', 'ctrl-k', 'ctrl-n', 'ctrl-p', 'ctrl-r', 'ctrl-u', 'ctrl-w', 'ctrl-x'];
/** Names of members of objects: a table of keys must not be asked for them. */
const STRANGE = ['constructor', '__proto__', 'toString', 'é', '漢', '\u{1f600}', '\u200b', '\u202e', 'ctrl-\u0000'];
const key = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...NAMED) },
  { weight: 6, arbitrary: fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/<>?.,$ -_') },
  { weight: 1, arbitrary: fc.constantFrom(...CONTROLS) },
  { weight: 1, arbitrary: fc.constantFrom(...STRANGE) },
);
const size = fc.record({ width: fc.integer({ min: 1, max: 260 }), height: fc.integer({ min: 1, max: 90 }) });

/** What no frame may have: a line too many, a cell too many, or anything a terminal obeys but colours. */
function checkFrame(state: State, width: number, height: number): void {
  const lines = frame(state, width, height, false);
  assert.equal(lines.length, height);
  for (const text of lines) {
    assert.ok(textWidth(text) <= width, `${textWidth(text)} > ${width}: ${text}`);
    assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/);
  }
  const coloured = frame(state, width, height, true).map((text) => text.replace(/\u001b\[\d+m/g, '').trimEnd());
  assert.deepEqual(coloured, lines, 'colour changes no text');
}

const STARTS: readonly (readonly [name: string, start: Parameters<typeof begin>[0]])[] = [
  ['nothing chosen', null],
  ['the story', SKYLAKE],
  ['an AMD machine that rejects nothing', opened({ profile: 'milan-19-01-01-a001119', blob: 'milan-19-01-01-a0011d1', kernel: '7.2', policy: 'rfc' })],
  ['inhibitors', opened({ ...SKYLAKE.choices, inhibit: true, strict: true, kernel: '6.1' })],
];

for (const [name, start] of STARTS) {
  test(`every key does something or nothing, from ${name}`, async () => {
    const outside = outsideOf();
    const from = await begin(start, undefined, outside);
    await fc.assert(
      fc.asyncProperty(fc.array(key, { minLength: 1, maxLength: 40 }), size, async (keys, { width, height }) => {
        let state = from;
        for (const one of keys) {
          if (state.wish?.kind === 'quit') state = { ...state, wish: null };
          const before = JSON.stringify(state.steps);
          const next = reduce(state, one);
          assert.equal(JSON.stringify(state.steps), before, 'a state is never changed');
          state = await press(state, [one], outside);
          assert.ok(state.at >= 0 && state.at <= Math.max(0, state.steps.length - 1));
          assert.equal(next.wish === null || next.wish.kind === 'quit' || state.wish === null, true);
        }
        checkFrame(state, width, height);
      }),
      { numRuns: 60 },
    );
  });
}

test('texts of files cannot break the screen: controls, wide and invisible characters, very long words', () => {
  const titles = ['\u001b[2J\u001b[31mred', 'a\nb\tc\r', '漢字'.repeat(60), '\u202eabc\u200b', 'x'.repeat(5000), '', '\ud800', '👩‍👩‍👧 e\u0301'];
  const listed = {
    profiles: titles.map((title, at) => ({ name: `p${at}${title}`, title })),
    updates: titles.map((title) => ({ name: title, title, vendor: 'GenuineIntel' as const, revision: title, date: null, applies: [] })),
    kernels: [],
  };
  for (const width of [40, 80, 133]) {
    checkFrame(startState(listed, null, { width, height: 24 }), width, 24);
    for (const at of titles.keys()) {
      const state = startState(listed, null, { width, height: 24 });
      checkFrame(reduce(reduce(state, 'down'), [...titles[at]!][0] ?? ' '), width, 24);
    }
  }
});
