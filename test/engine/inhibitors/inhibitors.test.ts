import assert from 'node:assert/strict';
import test from 'node:test';
import type { BlobEffect } from '../../../src/data/contract/blob.ts';
import { guestStartEvent } from '../../../src/engine/events/guest-start.ts';
import { guestStopEvent } from '../../../src/engine/events/guest-stop.ts';
import { kvmUnload } from '../../../src/engine/events/kvm.ts';
import { inhibitorOf, inhibitors } from '../../../src/engine/inhibitors/registry.ts';
import type { Machine } from '../../../src/engine/model/machine.ts';
import type { InhibitorRow } from '../../../src/engine/model/report.ts';
import { loadUnderPolicy } from '../../../src/engine/policies/load-under-policy.ts';
import { type Asked, ask, LINES, setUp } from '../policies/support.ts';

const PLAIN: Asked = { line: '6.12', profile: 'skylake-06-5e-03-c6', blob: 'skylake-06-5e-03-cc' };
const policyRows = (rows: readonly InhibitorRow[]): string[] => rows.filter(({ enforcedBy }) => enforcedBy === 'policy').map(({ id }) => id);

/** What holds a made-up update back. */
async function held(effects: readonly BlobEffect[], more: Partial<Asked> = {}): Promise<string[]> {
  return policyRows((await ask({ ...PLAIN, blob: effects, ...more })).inhibitors);
}

/** A machine on which something has happened, and who holds an update back there. */
async function heldOn(change: (machine: Machine) => Machine): Promise<readonly InhibitorRow[]> {
  const set = await setUp({ ...PLAIN, kvm: true });
  return loadUnderPolicy(change(set.machine), set.load, set.otherwise).asked.rows;
}

function start(machine: Machine, guest: string): Machine {
  const context = { spec: machine.kernel.spec, slots: machine.slots, kvmTables: null, load: null, early: null };
  return guestStartEvent.happen(machine, { type: 'guest-start', guest }, context).machine;
}

function stop(machine: Machine, guest: string): Machine {
  const context = { spec: machine.kernel.spec, slots: machine.slots, kvmTables: null, load: null, early: null };
  return guestStopEvent.happen(machine, { type: 'guest-stop', guest }, context).machine;
}

test('every blocker is a rule of its own; only those of the policy can be overridden', () => {
  const wanted = {
    kernel: [
      'loader-not-built',
      'loader-disabled',
      'primary-cpu-offline',
      'smt-sibling-offline',
      'not-newer',
      'minrev',
      'amd-minrev-unsupported',
      'erratum-gnr98',
      'erratum-bdx90',
      'amd-signing-cutoff',
      'amd-digest',
    ],
    policy: [
      'kvm-module',
      'running-guests',
      'nested-vmx',
      'feature-removed-in-use',
      'xstate-changed',
      'msr-removed',
      'sgx-enclaves',
      'confidential-guests',
      'perf-pebs-active',
      'mixed-revision',
      'early-image-older',
      'descriptor-incomplete',
      'metadata',
    ],
  } as const;
  for (const [by, ids] of Object.entries(wanted))
    for (const id of ids) assert.deepEqual([inhibitorOf(id)?.enforcedBy, inhibitorOf(id)?.overridable], [by, by === 'policy'], id);
  assert.equal(new Set(inhibitors.map(({ id }) => id)).size, inhibitors.length);
  for (const rule of inhibitors) assert.equal(rule.consequences.length > 0, rule.enforcedBy === 'policy', rule.id);
  assert.equal(inhibitorOf('constructor'), undefined);
});

test('KVM takes one at its load and drops it at its removal', async () => {
  assert.deepEqual(policyRows((await ask(PLAIN)).inhibitors), []);
  assert.deepEqual(policyRows((await ask({ ...PLAIN, kvm: true })).inhibitors), ['kvm-module']);
  assert.deepEqual(policyRows(await heldOn((machine) => kvmUnload(machine).machine)), []);
});

test('each guest holds, and a guest that stops leaves the module held', async () => {
  const two = await heldOn((machine) => start(start(machine, 'web-1'), 'web-2'));
  assert.deepEqual(
    two.filter(({ id }) => id === 'running-guests').map(({ holder }) => holder),
    ['web-1', 'web-2'],
  );
  assert.ok(policyRows(two).includes('kvm-module'));
  const none = await heldOn((machine) => stop(start(machine, 'web-1'), 'web-1'));
  assert.deepEqual(policyRows(none), ['kvm-module']);
});

test('a guest that was told of VMX or SGX holds for that, too', async () => {
  const rows = await heldOn((machine) => start(machine, 'web-1'));
  const [guest] = start((await setUp({ ...PLAIN, kvm: true })).machine, 'web-1').guests;
  assert.equal(policyRows(rows).includes('nested-vmx'), ((guest!.cpuid['1.ecx']! >>> 5) & 1) === 1);
  assert.equal(policyRows(rows).includes('sgx-enclaves'), ((guest!.cpuid['7.0.ebx']! >>> 2) & 1) === 1);
  assert.ok(policyRows(rows).includes('nested-vmx'), 'this KVM offers VMX');
});

test('perf holds while it runs', async () => {
  const rows = await heldOn((machine) => {
    const process = { name: 'perf record', silicon: machine.threads[0]!.silicon, kernel: machine.kernel, at: { event: 'process-start', number: 1 } };
    return { ...machine, processes: [process, { ...process, name: 'performance-monitor' }] };
  });
  assert.deepEqual(
    rows.filter(({ id }) => id === 'perf-pebs-active').map(({ holder }) => holder),
    ['perf record'],
  );
});

test('an update that takes something away is held for it', async () => {
  assert.deepEqual(await held([{ bit: 'cpuid:7.0.ebx[11]', change: 'clear' }]), ['feature-removed-in-use', 'metadata']);
  assert.deepEqual(await held([{ bit: 'cpuid:7.0.edx[31]', change: 'clear' }]), [], 'a bit that was not there');
  assert.deepEqual(await held([{ register: 'cpuid:d.0.ebx', value: '0x240' }]), ['xstate-changed']);
  assert.deepEqual(await held([{ msr: '0x48', exists: false }]), ['msr-removed']);
  assert.deepEqual(await held([{ bit: 'cpuid:7.0.edx[10]', change: 'set' }]), []);
});

test('an update that nobody has described', async () => {
  const row = async (more: Partial<Asked>) => (await ask({ ...PLAIN, blob: [], ...more })).inhibitors.find(({ enforcedBy }) => enforcedBy === 'policy');
  assert.deepEqual([(await row({ unknownEffects: true }))?.id, (await row({ unknownEffects: true }))?.reason], ['metadata', 'metadata']);
  assert.equal((await row({ unknownEffects: true, blob: [{ bit: 'cpuid:7.0.edx[10]', change: 'set' }] }))?.reason, 'unknown-effects');
  assert.equal((await row({ fromRevision: '0xc8' }))?.id, 'descriptor-incomplete');
  assert.equal(await row({ fromRevision: '0xc6' }), undefined);
});

test('what the machine itself has against it', async () => {
  const mixed = await heldOn((machine) => ({ ...machine, threads: machine.threads.map((thread, at) => (at === 0 ? thread : { ...thread, revision: 0xc2 })) }));
  assert.ok(policyRows(mixed).includes('mixed-revision'));
  assert.deepEqual(policyRows((await ask({ ...PLAIN, earlyRevision: 0xc6 })).inhibitors), ['early-image-older']);
  assert.deepEqual(policyRows((await ask({ ...PLAIN, earlyRevision: 0xcc })).inhibitors), []);
});

for (const line of LINES) {
  test(`${line}: listed all at once: the kernel's own, then hard ones, then soft ones`, async () => {
    const { inhibitors: rows } = await ask({
      ...PLAIN,
      line,
      kvm: true,
      profile: 'skylake-06-5e-03-cc',
      revision: 0xd0,
      blob: [{ bit: 'cpuid:7.0.ebx[11]', change: 'clear' }],
      unknownEffects: true,
      earlyRevision: 0x1,
      inhibitors: { inhibit: true },
    });
    const weight = rows.map(({ enforcedBy, severity }) => (enforcedBy === 'kernel' ? 0 : severity === 'hard' ? 1 : 2));
    assert.deepEqual(weight, [...weight].sort());
    assert.ok(rows.some(({ enforcedBy }) => enforcedBy === 'kernel') && rows.length >= 5, rows.map(({ id }) => id).join(' '));
  });

  test(`${line}: an inhibited load is no error of the kernel and changes nothing`, async () => {
    const set = await setUp({ ...PLAIN, line, kvm: true, inhibitors: { inhibit: true } });
    const done = loadUnderPolicy(set.machine, set.load, set.otherwise);
    assert.equal(done.machine, set.machine);
    const report = await ask({ ...PLAIN, line, kvm: true, inhibitors: { inhibit: true } });
    assert.deepEqual([report.load.outcome, report.load.errno, report.load.log, report.load.tainted], ['inhibited', null, [], []]);
    assert.ok(report.load.reasons.some(({ code, enforcedBy }) => code === 'kvm-module' && enforcedBy === 'policy'));
    assert.deepEqual(report.load.revisions, [{ cpus: [0, 1], before: '0xc6', after: '0xc6' }]);
    assert.deepEqual(report.states?.late, report.states?.before);
    assert.equal(report.ifLoaded?.vulnerabilities.find(({ name }) => name === 'mds')?.verdict, 'pessimistic-report');
  });

  test(`${line}: what the kernel refuses by itself it refuses with its own errno, inhibitors or not`, async () => {
    const asked: Asked = { ...PLAIN, line, kvm: true, profile: 'skylake-06-5e-03-cc' };
    const [plain, inhibited] = [await ask(asked), await ask({ ...asked, inhibitors: { inhibit: true } })];
    assert.deepEqual(inhibited.load, plain.load);
    assert.notEqual(plain.load.outcome, 'updated');
  });

  test(`${line}: forced by name, it loads, and the consequences are listed`, async () => {
    const asked: Asked = { ...PLAIN, line, kvm: true, inhibitors: { inhibit: true, force: new Set(['kvm-module']) } };
    const report = await ask(asked);
    const [row] = report.inhibitors;
    assert.deepEqual([report.load.outcome, row!.overridden, row!.consequences.length > 3], ['updated', true, true]);
    // The name of another one does not help.
    assert.equal((await ask({ ...asked, inhibitors: { inhibit: true, force: new Set(['running-guests']) } })).load.outcome, 'inhibited');
  });

  test(`${line}: strict refuses what nobody has described, also where nothing else inhibits`, async () => {
    const asked: Asked = { ...PLAIN, line, kvm: true, blob: [], unknownEffects: true };
    const strict = await ask({ ...asked, inhibitors: { strict: true } });
    assert.equal(strict.load.outcome, 'inhibited');
    assert.deepEqual(
      strict.inhibitors.filter(({ enforcedBy }) => enforcedBy === 'policy').map(({ id, severity }) => [id, severity]),
      [
        ['metadata', 'hard'],
        ['kvm-module', 'soft'],
      ],
    );
    assert.equal((await ask(asked)).load.outcome, 'updated');
    assert.equal((await ask({ ...asked, inhibitors: { strict: true, force: new Set(['metadata']) } })).load.outcome, 'updated');
    assert.equal((await ask({ ...PLAIN, line, kvm: true, inhibitors: { strict: true } })).load.outcome, 'updated', 'a described update passes');
  });
}
