import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { textWidth } from '../../src/views/table/width.ts';
import { cpueval, folder, program } from './run-cli.ts';
import { Screen, withoutTerminal } from './terminal.ts';

const missing = withoutTerminal();

/** @returns a test that needs a real terminal. */
function onTerminal(name: string, body: (t: TestContext) => Promise<void>): void {
  test(name, async (t) => (missing === null ? body(t) : t.skip(missing)));
}

const CPUEVAL = `'${process.execPath}' '${program}'`;
const STORY = 'explore --profile skylake-06-5e-03-c6 --blob skylake-06-5e-03-cc';

function fitsInto(screen: Screen, width: number, height: number): void {
  const lines = screen.lines();
  assert.equal(lines.length, height);
  for (const line of lines) assert.ok(textWidth(line) <= width, line);
}

onTerminal('the story in a real terminal: machine, update, kernel, late load, why, copies, plan', async (t) => {
  const screen = new Screen(t, 100, 30, { NO_COLOR: '1' });
  screen.type(CPUEVAL);
  screen.press('Enter');
  await screen.until(/Which machine\?/);
  screen.type('skylake c6');
  await screen.until(/type to filter: skylake c6_\n\n > skylake-06-5e-03-c6/);
  screen.press('Enter');
  await screen.until(/Which microcode update\?[\s\S]*> skylake-06-5e-03-cc/);
  screen.press('Enter');
  await screen.until(/Which kernel runs\?[\s\S]*> 6\.12 /);
  screen.press('Enter');
  await screen.until(/> Play/);
  screen.press('Enter');
  await screen.until(/\[1 boot\]/);
  screen.press('Right', 'l', 'Space');
  const loaded = await screen.until(/\[4 late load\]/);
  assert.match(loaded, /0xc6 -> 0xcc/);
  assert.match(loaded, />\* mds +Vulnerable: .* protected: .* Mitigation: /);
  assert.match(loaded, /1 Vuln\w*\s?\*3/);
  screen.press('Enter');
  await screen.until(/cpuid:7\.0\.edx\[10\] MD_CLEAR 0 -> 1/);
  screen.press('Escape', '4');
  await screen.until(/kvm_cpu_caps +KVM load +misses md_clear/);
  screen.press('Right', 'Right', 'Right', 'Right', 'd');
  await screen.until(/\[8 start web-1\][\s\S]*kvm_cpu_caps +KVM load +misses md_clear/);
  screen.press('6');
  await screen.until(/reboot[\s\S]*instead +one reboot, to 0xcc/);
  screen.press('q');
  await screen.until(/\$$/);
});

onTerminal('the window is resized: 80x24 stays readable, 200 columns are used, nothing is left behind', async (t) => {
  const screen = new Screen(t, 120, 40);
  screen.type(`${CPUEVAL} ${STORY}`);
  screen.press('Enter');
  await screen.until(/TIMELINE/);
  screen.press('Right', 'Right', 'Right');
  await screen.until(/\[4 late load\]/);
  screen.resize(80, 24);
  await screen.until(/^ Skylake[^\n]*\n 1 boot {2}2 load KVM[^\n]*\[4 late load\]/);
  fitsInto(screen, 80, 24);
  screen.resize(200, 50);
  await screen.until(/TIMELINE[^\n]*WHY|TIMELINE[\s\S]*│ WHY/);
  fitsInto(screen, 200, 50);
  screen.resize(30, 5);
  await screen.until(/needs 40x10/);
  screen.resize(120, 40);
  await screen.until(/TIMELINE/);
  assert.equal(screen.lines().filter((line) => line.includes('TIMELINE')).length, 1);
  fitsInto(screen, 120, 40);
});

/** Throws from a signal handler: a bug, as far as the program can tell. */
const CRASH = "process.on('SIGUSR2', () => { throw new Error('made for the test'); });\n";

interface Leaving {
  readonly name: string;
  readonly leave: (screen: Screen) => Promise<void>;
  readonly code: number;
  readonly says?: RegExp;
}

async function signal(screen: Screen, name: NodeJS.Signals): Promise<void> {
  process.kill(await screen.foreground(/cpueval\.js/), name);
}

const WAYS: readonly Leaving[] = [
  { name: 'q', leave: async (screen) => screen.press('q'), code: 0 },
  { name: 'Ctrl-C', leave: async (screen) => screen.press('C-c'), code: 0 },
  { name: 'Ctrl-C in a list', leave: async (screen) => screen.press('c', 'Up', 'Enter', 'C-c'), code: 0 },
  { name: 'SIGTERM', leave: (screen) => signal(screen, 'SIGTERM'), code: 143 },
  { name: 'SIGINT', leave: (screen) => signal(screen, 'SIGINT'), code: 130 },
  { name: 'SIGQUIT', leave: (screen) => signal(screen, 'SIGQUIT'), code: 131 },
  { name: 'SIGHUP', leave: (screen) => signal(screen, 'SIGHUP'), code: 129 },
  { name: 'a crash', leave: (screen) => signal(screen, 'SIGUSR2'), code: 70, says: /internal error: made for the test/ },
];

for (const { name, leave, code, says } of WAYS) {
  onTerminal(`the terminal is as it was after ${name}`, async (t) => {
    const { path, write } = folder(t);
    const screen = new Screen(t, 100, 30, { NODE_OPTIONS: `--require ${write('crash.cjs', CRASH)}` });
    const run = `cd '${path}'; stty -a >before; ${CPUEVAL} ${STORY}`;
    await screen.until(/\$$/);
    const before = screen.modes();
    screen.type(run);
    screen.press('Enter');
    await screen.until(/\[1 boot\]/);
    assert.match(screen.modes(), /alternate=1 cursor=0 wrap=0/);
    screen.press('Right');
    await screen.until(/\[2 load KVM\]/);
    await leave(screen);
    // A shell gives up the rest of a line whose program died of SIGINT: what follows is a line of its own.
    await screen.until(/\$$/);
    screen.type('echo "code=$?"; stty -a >after; echo over');
    screen.press('Enter');
    const text = await screen.until(/^over$/m);
    assert.match(text, new RegExp(`^code=${code}$`, 'm'));
    if (says) assert.match(text, says);
    assert.doesNotMatch(text, /TIMELINE|\[2 load KVM\]/, 'the screen of before is back');
    assert.equal(screen.modes(), before);
    assert.equal(readFileSync(join(path, 'after'), 'utf8'), readFileSync(join(path, 'before'), 'utf8'));
  });
}

const STOPS: readonly (readonly [name: string, line: string, stop: (screen: Screen) => void | Promise<void>])[] = [
  ['Ctrl-Z', `${CPUEVAL} ${STORY}`, (screen) => screen.press('C-z')],
  ['Ctrl-Z below a parent that waits, as npx does', `sh -c "${CPUEVAL} ${STORY}; true"`, (screen) => screen.press('C-z')],
  ['SIGTSTP', `${CPUEVAL} ${STORY}`, (screen) => signal(screen, 'SIGTSTP')],
];

for (const [name, line, stop] of STOPS) {
  onTerminal(`${name} gives the terminal back, fg takes it again`, async (t) => {
    const screen = new Screen(t, 100, 30);
    screen.type(line);
    screen.press('Enter');
    await screen.until(/\[1 boot\]/);
    await stop(screen);
    await screen.until(/Stopped/);
    assert.match(screen.modes(), /alternate=0 cursor=1 wrap=1/);
    screen.type('fg');
    screen.press('Enter');
    await screen.until(/\[1 boot\]/);
    screen.press('Right');
    await screen.until(/\[2 load KVM\]/);
    screen.press('q');
    await screen.until(/\$$/);
    assert.match(screen.modes(), /alternate=0 cursor=1 wrap=1/);
  });
}

onTerminal('what is pasted is text: into a line that is typed, and nowhere else', async (t) => {
  const screen = new Screen(t, 100, 30, { NO_COLOR: '1' });
  screen.type(`${CPUEVAL} ${STORY}`);
  screen.press('Enter');
  await screen.until(/\[1 boot\]/);
  screen.paste('q\nx');
  await screen.until(/pasted is left out/);
  screen.press('c', 'k', 'k', 'k', 'k', 'Enter');
  await screen.until(/Kernel command line/);
  screen.paste('mitigations=auto\nnosmt');
  await screen.until(/^ mitigations=auto nosmt_$/m);
  screen.press('Enter');
  await screen.until(/> Command line +mitigations=auto nosmt/);
  screen.press('C-c');
  await screen.until(/\$$/);
});

onTerminal('colours on a terminal, none with NO_COLOR or --no-color', async (t) => {
  for (const [options, environment, coloured] of [
    ['', {}, true],
    ['', { NO_COLOR: '1' }, false],
    ['--no-color ', {}, false],
  ] as const) {
    const screen = new Screen(t, 100, 30, environment);
    screen.type(`${CPUEVAL} ${options}${STORY}`);
    screen.press('Enter');
    await screen.until(/\[1 boot\]/);
    const escapes = screen.lines(true).join('\n').includes('\u001b[');
    assert.equal(escapes, coloured, JSON.stringify([options, environment]));
    screen.press('q');
  }
});

onTerminal('what e writes is a file that run plays and explore opens', async (t) => {
  const { path } = folder(t);
  const screen = new Screen(t, 100, 30);
  screen.type(`cd '${path}'; ${CPUEVAL} ${STORY}`);
  screen.press('Enter');
  await screen.until(/\[1 boot\]/);
  screen.press('Right', 'a', 'x', 'e', 's', 'Enter');
  await screen.until(/Written: skylake-06-5e-03-c6\.scenario\.json/);
  screen.press('e', 'j', 'Enter');
  await screen.until(/Written: skylake-06-5e-03-c6\.run\.json/);
  screen.press('q');
  await screen.until(/\$$/);
  const saved = join(path, 'skylake-06-5e-03-c6.scenario.json');
  assert.equal(cpueval(['run', saved, '--json']).out, readFileSync(join(path, 'skylake-06-5e-03-c6.run.json'), 'utf8'));
  screen.type(`clear; ${CPUEVAL} explore --scenario ${saved}`);
  screen.press('Enter');
  await screen.until(/\[1 boot\][\s\S]*3 kexec/);
  screen.press('q');
  await screen.until(/\$$/);
});

onTerminal('wrong input is said before the screen is taken', async (t) => {
  const screen = new Screen(t, 100, 30);
  screen.type(`${CPUEVAL} explore --profile no-such-profile; echo "code=$?"`);
  screen.press('Enter');
  await screen.until(/no-such-profile[\s\S]*code=2/);
  assert.match(screen.modes(), /alternate=0/);
});

test('without a terminal explore says what it needs, and cpueval alone prints the help', () => {
  const ran = cpueval(['explore']);
  assert.deepEqual([ran.code, ran.out], [2, '']);
  assert.match(ran.err, /explore needs a terminal/);
  assert.deepEqual(cpueval([]), cpueval(['--help']));
  assert.ok(existsSync(program));
});

const wrong: readonly (readonly [words: readonly string[], says: RegExp])[] = [
  [['--blob', 'x'], /--blob needs --profile/],
  [['--scenario', 'x', '--profile', 'y'], /--scenario brings its own machine/],
  [['--policy', 'wild'], /Allowed choices are mainline/],
  [['--inhibit', '--force', 'minrev', '--profile', 'x'], /enforced by the kernel/],
];

for (const [words, says] of wrong) {
  test(`wrong usage of explore ends with 2: ${words.join(' ')}`, () => {
    const ran = cpueval(['explore', ...words]);
    assert.equal(ran.code, 2);
    assert.match(ran.err, says);
  });
}
