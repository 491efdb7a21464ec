import assert from 'node:assert/strict';
import test from 'node:test';
import { dryRun } from '../../../src/engine/diff/dry-run.ts';
import { guestStartEvent } from '../../../src/engine/events/guest-start.ts';
import type { Machine } from '../../../src/engine/model/machine.ts';
import { loadUnderPolicy } from '../../../src/engine/policies/load-under-policy.ts';
import { policyOf } from '../../../src/engine/policies/policy.ts';
import { ask, found, LINES, row, setUp } from './support.ts';

const GAINS_MD_CLEAR = { profile: 'skylake-06-5e-03-c6', blob: 'skylake-06-5e-03-cc', kvm: true } as const;

/** A guest that holds the user-return MSRs of the host. */
function withGuest(machine: Machine): Machine {
  const context = { spec: machine.kernel.spec, slots: machine.slots, kvmTables: null, load: null, early: null };
  const started = guestStartEvent.happen(machine, { type: 'guest-start', guest: 'web-1', name: 'web-1' }, context);
  assert.equal(started.refused, false, JSON.stringify(started.findings));
  return started.machine;
}

for (const line of LINES) {
  test(`${line}: KVM offers what the refreshed kernel knows, and nothing else differs from rfc`, async () => {
    const [rfc, full] = [await ask({ line, ...GAINS_MD_CLEAR, policy: 'rfc' }), await ask({ line, ...GAINS_MD_CLEAR, policy: 'full' })];
    assert.deepEqual(full.vulnerabilities, rfc.vulnerabilities);
    const edx = (report: typeof rfc): number => (Number(report.states!.late.kvm!.caps['7.0.edx']) >>> 10) & 1;
    assert.deepEqual([edx(rfc), edx(full)], [0, 1]);
    assert.deepEqual(full.states!.late.kvm, full.states!.reboot.kvm);
    assert.deepEqual(found(full), ['full-kvm-refreshed']);
    assert.ok(full.summary.assumptions.includes('policy-invention'));
  });

  test(`${line}: without KVM full is rfc`, async () => {
    const asked = { line, profile: 'skylake-06-5e-03-ba', blob: 'skylake-06-5e-03-c6' } as const;
    const [rfc, full] = [await ask({ ...asked, policy: 'rfc' }), await ask({ ...asked, policy: 'full' })];
    assert.deepEqual({ ...full, policy: '', summary: {}, reevaluation: {} }, { ...rfc, policy: '', summary: {}, reevaluation: {} });
  });

  test(`${line}: a failed load refreshes nothing of KVM`, async () => {
    const report = await ask({ line, ...GAINS_MD_CLEAR, policy: 'full', cpuRejects: true });
    assert.deepEqual(found(report), ['rfc-reprobed-after-failure']);
    assert.deepEqual(report.states!.late.kvm, report.states!.before.kvm);
  });

  test(`${line}: rfc lets KVM put the host's old TSX_CTRL back behind a guest, full does not`, async () => {
    // At boot tsx=auto switched TSX off; the series judges it again on the boot CPU while the TAA bug is cleared, and switches it on.
    const set = await setUp({ line, profile: 'cascadelake-06-55-07-5003605', blob: [], cmdline: 'tsx=auto', kvm: true });
    const machine = withGuest(set.machine);
    assert.equal(machine.userReturn?.values.get(0x122), 3n, 'KVM holds the value of the host');
    const rfc = loadUnderPolicy(machine, set.load, { ...set.otherwise, policy: policyOf('rfc') });
    assert.ok(rfc.findings.some(({ code }) => code === 'kvm-restores-tsx-ctrl'));
    assert.equal(rfc.machine.kernel.written.get(0x122), 3n);
    assert.equal(rfc.machine.userReturn?.values.get(0x122), 3n);
    const full = loadUnderPolicy(machine, set.load, { ...set.otherwise, policy: policyOf('full') });
    assert.ok(!full.findings.some(({ code }) => code === 'kvm-restores-tsx-ctrl'));
    assert.equal(full.machine.kernel.written.get(0x122), 0n);
    assert.equal(full.machine.userReturn?.values.get(0x122), 0n);
  });

  test(`${line}: a value that KVM writes back behind the kernel is a hazard under rfc, and none under full or without a guest`, async () => {
    const effects = [
      { bit: 'msr:10a[7]', change: 'set' },
      { msr: '0x122', exists: true, value: '0x0' },
    ] as const;
    const asked = { line, profile: 'cascadelake-06-55-07-5000021', blob: effects, cmdline: 'tsx=off', kvm: true } as const;
    const verdict = async (policy: 'rfc' | 'full', guest: boolean): Promise<unknown> => {
      const set = await setUp({ ...asked, policy });
      const machine = guest ? withGuest(set.machine) : set.machine;
      const report = dryRun({ ...set, machine, kernel: { line, release: '', evidence: 'exact' }, assumptions: [], full: true });
      const control = row(report, 'tsx_async_abort').parts?.find(({ part }) => part === 'tsx-control');
      return [control?.verdict, control?.why, report.summary.verdict];
    };
    assert.deepEqual((await verdict('rfc', true)) as string[], ['hazard', 'kvm-restores-tsx-ctrl', 'hazard']);
    for (const [policy, guest] of [
      ['rfc', false],
      ['full', true],
    ] as const)
      assert.deepEqual(((await verdict(policy, guest)) as string[]).slice(0, 2), ['re-evaluated', 'tsx-off'], policy);
  });

  test(`${line}: guests that run keep what they were told`, async () => {
    const set = await setUp({ line, ...GAINS_MD_CLEAR });
    const machine = withGuest(set.machine);
    const full = loadUnderPolicy(machine, set.load, { ...set.otherwise, policy: policyOf('full') });
    assert.deepEqual(full.machine.guests, machine.guests);
    assert.notDeepEqual(full.machine.kvm?.caps, machine.kvm?.caps);
  });
}

test('the row of the thread: mds is re-evaluated under both', async () => {
  for (const policy of ['rfc', 'full'] as const) assert.equal(row(await ask({ line: '6.12', ...GAINS_MD_CLEAR, policy }), 'mds').verdict, 're-evaluated');
});
