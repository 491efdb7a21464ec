import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { validators } from '../../src/schema/validate.ts';
import { validateScenario } from '../../src/schema/validate-scenario.ts';
import { cpueval, folder } from './run-cli.ts';

const scenarios = readdirSync(join(import.meta.dirname, '../../cpu-profiles/scenarios')).filter((file) => file.endsWith('.json'));
const STORY = 'late-load-under-kvm';

test('every scenario that is built in is valid, plays, and gives a valid report', () => {
  assert.ok(scenarios.length >= 4, scenarios.join());
  for (const file of scenarios) {
    const name = file.replace(/\.json$/, '');
    const text = readFileSync(join(import.meta.dirname, '../../cpu-profiles/scenarios', file), 'utf8');
    assert.deepEqual(validateScenario(JSON.parse(text)), [], name);
    const { code, out, err } = cpueval(['run', name, '--json']);
    assert.deepEqual([code, err], [0, ''], name);
    const report = JSON.parse(out) as { id: string; steps: unknown[] };
    assert.deepEqual(validators.run(report), [], name);
    assert.equal(report.id, name);
    assert.equal(cpueval(['run', name, '--json']).out, out, 'the same bytes for the same input');
  }
});

/** Each point of the mail that started the thread, and where the story makes it. */
const points: readonly (readonly [point: string, says: RegExp])[] = [
  [
    'KVM copies boot_cpu_data when it is loaded, edits the copy and filters by it',
    /2 {2}load kvm_intel[\s\S]*kvm_intel copies boot_cpu_data into kvm_cpu_caps, edits the copy, and filters by it what guests are offered/,
  ],
  ['MSR_IA32_TSX_CTRL needs care of its own', /MSR_IA32_TSX_CTRL is not among the MSRs that it has found and switches for guests/],
  [
    'nothing lets KVM block an update',
    /4 {2}late load[\s\S]*Nothing holds the load back: kvm_intel is loaded and web-1 runs, and mainline gives them no way to block an update/,
  ],
  ['the kernel only warns', /CPU features have changed after loading microcode, but might not take effect/],
  ['guests that exist are made of stale data', /guest web-1 +its start +misses md_clear/],
  [
    'new guests are made of the stale copy, and nothing warns',
    /5 {2}start guest web-2[\s\S]*It works from 1 stale copy, and nothing warns of it: kvm_cpu_caps[\s\S]*web-2 is not told of md_clear/,
  ],
  ['KVM cannot be refreshed while guests run', /6 {2}unload KVM {2}\(refused\)[\s\S]*The module is in use by web-1 and web-2/],
  [
    'a reload of KVM copies a boot_cpu_data that is stale itself',
    /10 {2}load kvm_intel[\s\S]*kvm_cpu_caps still misses md_clear: the word is masked with boot_cpu_data/,
  ],
  ['a guest that comes back keeps what it was told', /11 {2}migrate guest web-1 back[\s\S]*web-1 comes back with all that it was told/],
  ['other code keeps state, too', /boot_cpu_data +boot +misses md_clear[\s\S]*mitigation choices +boot/],
  ['/proc/cpuinfo shows it to user space', /\/proc\/cpuinfo +boot +misses md_clear/],
  ['a reboot cures all', /13 {2}reboot[\s\S]*No longer stale: boot_cpu_data[\s\S]*guest web-1 and guest web-2/],
];

test('the story of the thread is an answer to the mail', () => {
  const { code, out } = cpueval(['run', STORY]);
  assert.equal(code, 0);
  const text = out.replace(/\n(?=[a-z])/g, ' ');
  for (const [point, says] of points) assert.match(text, says, point);
});

test('markdown and html tell the same story; --all shows all that is stale', () => {
  const markdown = cpueval(['run', STORY, '--format', 'markdown']);
  assert.equal(markdown.code, 0);
  assert.match(markdown.out, /kvm\\?_cpu\\?_caps/);
  assert.match(cpueval(['run', STORY, '--format', 'html']).out, /^<!doctype html>/i);
  assert.ok(cpueval(['run', STORY, '--all']).out.length > cpueval(['run', STORY]).out.length);
});

test('files beside the scenario, documents inside it, standard input, another kernel', (t) => {
  const { write, path } = folder(t);
  const blob = readFileSync(join(import.meta.dirname, '../../cpu-profiles/blobs/skylake-06-5e-03-cc.json'), 'utf8');
  write('update.json', blob);
  const scenario = { schema: 'cpueval/scenario/1', profile: 'skylake-06-5e-03-c6', blob: 'update.json', events: [{ type: 'microcode-late-load' }] };
  const beside = cpueval(['run', write('host.json', JSON.stringify(scenario)), '--json', '--kernel', '7.2']);
  assert.deepEqual([beside.code, beside.err], [0, '']);
  const report = JSON.parse(beside.out) as { kernel: { line: string }; steps: { outcome: string; event: { type: string } }[] };
  assert.equal(report.kernel.line, '7.2');
  assert.deepEqual(
    report.steps.map(({ event, outcome }) => [event.type, outcome]),
    [
      ['boot', 'done'],
      ['microcode-late-load', 'done'],
    ],
  );
  const inside = { ...scenario, blob: JSON.parse(blob) as unknown, kernel: '7.2' };
  assert.equal(cpueval(['run', '-', '--json'], JSON.stringify(inside)).out, beside.out);
  assert.ok(path.length > 0);
});

const wrong: readonly (readonly [change: Record<string, unknown>, says: RegExp])[] = [
  [{ events: [{ type: 'explode' }] }, /\$\.events\[0\]\.type: expected .*"kvm-load"/],
  [{ events: [{ type: 'guest-start', model: 'Skylake-Server' }] }, /expected one of "host-passthrough", "host-model", "custom"/],
  [{ blob: undefined }, /\$\.blob: expected a value/],
  [{ profile: 'no-such-profile' }, /no-such-profile/],
  [{ blob: 'no-such-blob.json' }, /no-such-blob\.json/],
  [{ kernel: 'windows' }, /expected a kernel version/],
  [{ patches: '9', policy: 'rfc' }, /numbers from 1 to 7/],
];

for (const [change, says] of wrong) {
  test(`wrong scenario: ${JSON.stringify(change)}`, (t) => {
    const scenario = {
      schema: 'cpueval/scenario/1',
      profile: 'skylake-06-5e-03-c6',
      blob: 'skylake-06-5e-03-cc',
      events: [{ type: 'microcode-late-load' }],
      ...change,
    };
    const { code, out, err } = cpueval(['run', folder(t).write('x.json', JSON.stringify(scenario))]);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, says);
  });
}

const DIFF = ['diff', '--profile', 'skylake-06-5e-03-c6', '--blob', 'skylake-06-5e-03-cc', '--json'];

test('diff --guest loads KVM by itself; what cannot start is a problem', () => {
  const { code, out } = cpueval([...DIFF, '--guest', 'web-1', '--guest', 'web-2:host-model']);
  assert.equal(code, 0);
  const { guests, snapshots } = JSON.parse(out) as { guests: { name: string; stale: boolean }[]; snapshots: { holder: string; stale: boolean }[] };
  assert.deepEqual(
    guests.map(({ name, stale }) => [name, stale]),
    [
      ['web-1', true],
      ['web-2', true],
    ],
  );
  assert.ok(snapshots.some(({ holder, stale }) => holder === 'kvm_cpu_caps' && stale));
  for (const [words, says] of [
    [['--guest', 'a:Skylake-Server'], /--guest: expected NAME, NAME:host-passthrough or NAME:host-model/],
    [['--guest', 'a', '--guest', 'a'], /a \(guest-runs-already\)/],
    [['--module', 'kvm_amd'], /kvm_amd \(kvm-no-svm\)/],
    [['--module', 'vboxdrv'], /expected kvm_intel or kvm_amd/],
  ] as const) {
    const ran = cpueval([...DIFF, ...words]);
    assert.deepEqual([ran.code, ran.out], [2, ''], words.join(' '));
    assert.match(ran.err, says);
  }
});
