import assert from 'node:assert/strict';
import test from 'node:test';
import { cpueval } from './run-cli.ts';

const DIFF = ['diff', '--profile', 'skylake-06-5e-03-c6', '--blob', 'skylake-06-5e-03-cc', '--kernel', '6.12'];
const json = (words: readonly string[]) => JSON.parse(cpueval([...DIFF, '--json', ...words]).out);

test('--policy and --patches', () => {
  const rfc = json(['--policy', 'rfc', '--patches', '1-5']);
  assert.deepEqual([rfc.policy, rfc.reevaluation.patches], ['rfc', [1, 2, 3, 4, 5]]);
  assert.ok(rfc.summary.assumptions.includes('policy-port'));
  assert.match(cpueval([...DIFF, '--policy', 'rfc']).out, /policy rfc\n[\s\S]*this policy is a port/);
  assert.match(cpueval([...DIFF, '--policy', 'full']).out, /this policy is an invention/);
});

test('wrong words for them are usage errors', () => {
  for (const [words, expected] of [
    [['--policy', 'rcf'], /mainline, rfc, uek4, full/],
    [['--policy', 'rfc', '--patches', '0-7'], /numbers from 1 to 7/],
    [['--patches', '1-7'], /--policy rfc or full/],
    [['--policy', 'uek4', '--patches', '1'], /not with uek4/],
  ] as const) {
    const ran = cpueval([...DIFF, ...words]);
    assert.deepEqual([ran.code, ran.out], [2, ''], words.join(' '));
    assert.match(ran.err, expected);
  }
});

test('--inhibit holds back, --force overrides by name', () => {
  const held = json(['--module', 'kvm_intel', '--inhibit']);
  assert.deepEqual([held.load.outcome, held.load.errno], ['inhibited', null]);
  assert.deepEqual([held.inhibitors[0].id, held.inhibitors[0].enforcedBy, held.inhibitors[0].overridden], ['kvm-module', 'policy', false]);
  assert.match(held.inhibitors[0].reason, /^KVM is loaded .*\.$/);
  const forced = json(['--module', 'kvm_intel', '--inhibit', '--force', 'kvm-module']);
  assert.deepEqual([forced.load.outcome, forced.inhibitors[0].overridden, forced.inhibitors[0].consequences.length > 0], ['updated', true, true]);
  assert.equal(cpueval([...DIFF, '--module', 'kvm_intel', '--inhibit', '--fail-on', 'refused']).code, 1);
  assert.match(cpueval([...DIFF, '--module', 'kvm_intel', '--inhibit', '--force', 'kvm-module']).out, /forced; then:/);
  assert.match(cpueval([...DIFF, '--module', 'kvm_intel']).out, /This kernel has no inhibitors/);
});

test('a rule of the kernel cannot be forced, and what lifts it is said', () => {
  const ran = cpueval([...DIFF, '--inhibit', '--force', 'kvm-module,loader-not-built']);
  assert.deepEqual([ran.code, ran.out], [2, '']);
  assert.match(ran.err, /loader-not-built is enforced by the kernel.*what lifts it: a kernel built with it/);
});

test('an unknown id is a usage error with suggestions', () => {
  const ran = cpueval([...DIFF, '--inhibit', '--force', 'kvm-modul']);
  assert.deepEqual([ran.code, ran.out], [2, '']);
  assert.match(ran.err, /did you mean kvm-module\?/);
  assert.equal(cpueval([...DIFF, '--inhibit', '--force', ',']).code, 2);
});
