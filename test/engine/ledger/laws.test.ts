import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type EventContext, type MachineEvent, transition } from '../../../src/engine/events/index.ts';
import { guestRows } from '../../../src/engine/ledger/guest-rows.ts';
import { ledger } from '../../../src/engine/ledger/index.ts';
import type { Machine } from '../../../src/engine/model/machine.ts';
import { evalReport } from '../../../src/engine/report/eval-report.ts';
import { blobFor, blobNamed, contextOf, playOn, profileNamed, type Setup } from './world-of.ts';

const setups: readonly Setup[] = [
  { profile: profileNamed('skylake-06-5e-03-c6'), blob: blobNamed('skylake-06-5e-03-cc') },
  { profile: profileNamed('skylake-06-5e-03-c6'), blob: blobNamed('skylake-06-5e-03-cc'), line: '6.1' },
  { profile: profileNamed('cascadelake-06-55-07-5000021'), blob: blobNamed('cascadelake-06-55-07-5003303'), line: '7.2' },
  { profile: profileNamed('milan-19-01-01-a001119'), blob: blobNamed('milan-19-01-01-a0011d1'), line: '7.2' },
  { profile: profileNamed('genoa-19-11-01-a101111'), blob: blobNamed('genoa-19-11-01-a101144') },
];

const guests = fc.constantFrom('a', 'b');
const eventArbitrary: fc.Arbitrary<MachineEvent> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<MachineEvent>({ type: 'microcode-late-load' }) },
  { weight: 3, arbitrary: fc.constant<MachineEvent>({ type: 'kvm-load' }) },
  { weight: 2, arbitrary: fc.constant<MachineEvent>({ type: 'kvm-unload' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('guest-start' as const),
      guest: guests,
      model: fc.constantFrom('host-passthrough', 'host-model', 'Skylake-Server'),
    }),
  },
  fc.record({ type: fc.constant('guest-stop' as const), guest: guests }),
  fc.record({ type: fc.constant('guest-migrate' as const), guest: guests, direction: fc.constantFrom('away' as const, 'back' as const) }),
  fc.record({ type: fc.constant('guest-migrate' as const), guest: guests }),
  fc.record({ type: fc.constant('vcpu-create' as const), guest: guests }),
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cpu-offline' as const), cpu: fc.constantFrom(0, 1, 7) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cpu-online' as const), cpu: fc.constantFrom(0, 1) }) },
  fc.constant<MachineEvent>({ type: 'resume' }),
  fc.record({ type: fc.constant('process-start' as const), name: fc.constantFrom('init', 'libvirtd', '*') }),
  fc.record({ type: fc.constant('module-load' as const), module: fc.constantFrom('dm_crypt', 'kvm_intel') }),
  fc.record({ type: fc.constant('host-msr-write' as const), msr: fc.constant('0x122'), value: fc.constantFrom('0x0', '0x3') }),
  fc.constant<MachineEvent>({ type: 'reevaluate' }),
  fc.constant<MachineEvent>({ type: 'kexec' }),
  fc.constant<MachineEvent>({ type: 'reboot' }),
);

/** Refusals that leave something behind: a taint, a line in the log, a bit taken out of boot_cpu_data. */
const LEAVES_TRACES = new Set(['load-refused', 'load-failed', 'cpu-refused-by-kvm']);

/** Differences of every holder, without what can be done about them. */
function differences(machine: Machine): Record<string, unknown> {
  return Object.fromEntries([
    ...ledger(machine).map((row) => [row.holder, row.differences]),
    ...guestRows(machine).map((row) => [`guest ${row.name}`, row.differences]),
  ]);
}

/** Everything that was copied at the boot and that nothing but a new boot may change. */
function bootSnapshots({ kernel, threads, booted }: Machine): unknown {
  const { choices, shares } = kernel.memory();
  const values = (map: ReadonlyMap<string, { readonly value: unknown }>): unknown =>
    [...map].filter(([name]) => !name.startsWith('printed:')).map(([name, { value }]) => [name, String(value)]);
  return [
    kernel.cpu.words.join(),
    kernel.cleared.join(),
    kernel.forced.join(),
    kernel.patched?.words.join(),
    threads.map(({ cpu }) => cpu.words.join()),
    values(choices),
    values(shares),
    booted.at,
  ];
}

function heldByKvm({ kvm, guests: held, userReturn, hostModelCache, processes, modules }: Machine): unknown {
  return [
    kvm,
    held,
    userReturn && [...userReturn.values],
    hostModelCache,
    processes.map(({ name, at }) => [name, at]),
    modules.map(({ name, at }) => [name, at]),
  ];
}

const text = (value: unknown): string => JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? `${one}n` : one));
const report = (machine: Machine) => evalReport(machine, { line: '', release: '', evidence: 'exact' });

function checkLateLoad(context: EventContext, before: Machine, after: Machine): void {
  assert.equal(text(bootSnapshots(after)), text(bootSnapshots(before)), 'a late load changes a boot snapshot');
  assert.equal(text(heldByKvm(after)), text(heldByKvm(before)), 'a late load changes what KVM, guests and processes hold');
  assert.deepEqual(report(after).vulnerabilities, report(before).vulnerabilities);
  const again = transition(after, { type: 'microcode-late-load' }, context).machine!;
  assert.equal(text(differences(again)), text(differences(after)), 'the same load twice changes something more');
}

/** Rows that a reload of KVM may touch: its own, and what sysfs shows of it. */
const OWN = /^(?:kvm|vm|xstate_sizes|nx_huge|user_return|libvirt|vcpu|guest)/;

function checkReload(context: EventContext, machine: Machine): void {
  if (machine.kvm === null || machine.guests.some((guest) => !guest.away)) return;
  const parameters = machine.kvmLoaded!.parameters;
  const after = playOn(context, machine, [{ type: 'kvm-unload' }, { type: 'kvm-load', parameters }]).machine;
  const [was, is] = [differences(machine), differences(after)];
  const changed = Object.keys(was).filter((holder) => text(was[holder]) !== text(is[holder]));
  assert.deepEqual(
    changed.filter((holder) => !OWN.test(holder)),
    [],
    'a reload of KVM touches what is not its own',
  );
  const twice = playOn(context, after, [{ type: 'kvm-unload' }, { type: 'kvm-load', parameters }]).machine;
  assert.equal(text(differences(twice)), text(is), 'a second reload changes something more');
}

function checkFresh(context: EventContext, machine: Machine): void {
  for (const type of ['kexec', 'reboot'] as const) {
    const next = transition(machine, { type }, context).machine!;
    assert.deepEqual(
      ledger(next).filter(({ stale }) => stale),
      [],
      `something is stale right after a ${type}`,
    );
    assert.deepEqual(
      next.guests.filter((guest) => !guest.away),
      [],
    );
  }
}

test('laws of events and ledger hold in any sequence of events', async (t) => {
  let steps = 0;
  let loads = 0;
  const contexts = await Promise.all(setups.map(contextOf));
  fc.assert(
    fc.property(fc.nat(contexts.length - 1), fc.array(eventArbitrary, { minLength: 3, maxLength: 9 }), (at, events) => {
      const context = contexts[at]!;
      let machine = playOn(context, null, []).machine;
      for (const event of events) {
        const was = text([bootSnapshots(machine), heldByKvm(machine), report(machine)]);
        const { machine: next, findings, refused } = transition(machine, event, context);
        assert.equal(text([bootSnapshots(machine), heldByKvm(machine), report(machine)]), was, `${event.type} writes to the machine it is given`);
        if (refused) assert.ok(next === machine || findings.some(({ code }) => LEAVES_TRACES.has(code)), text(findings));
        assert.ok(!refused || findings.length > 0, `${event.type} is refused without a word`);
        assert.equal(next!.events, machine.events + (next === machine ? 0 : 1));
        if (event.type === 'microcode-late-load') {
          checkLateLoad(context, machine, next!);
          loads++;
        }
        machine = next!;
        steps++;
      }
      checkReload(context, machine);
      checkFresh(context, machine);
    }),
    { numRuns: 100, seed: 20200702 },
  );
  t.diagnostic(`${steps} steps, ${loads} late loads`);
  assert.ok(loads > 20, `${loads} late loads`);
});

test('a boot on the new silicon equals the state after a reboot', async () => {
  for (const setup of setups) {
    const context = await contextOf(setup);
    const loaded = playOn(context, null, [{ type: 'microcode-late-load' }]);
    assert.equal(loaded.refused, false);
    const [kexec, reboot] = (['kexec', 'reboot'] as const).map((type) => report(playOn(context, loaded.machine, [{ type }]).machine)) as [
      ReturnType<typeof report>,
      ReturnType<typeof report>,
    ];
    assert.deepEqual(kexec.cpuinfo, reboot.cpuinfo);
    assert.deepEqual(kexec.vulnerabilities, reboot.vulnerabilities);
    assert.deepEqual(kexec.engaged, reboot.engaged);
  }
});

test('nothing is stale on a machine that has just booted and loaded KVM, on any line', async () => {
  for (const line of ['6.1', '6.12', '7.2'])
    for (const setup of setups) {
      const context = await contextOf({ ...setup, line });
      const { machine } = playOn(context, null, [
        { type: 'kvm-load' },
        { type: 'guest-start', guest: 'a' },
        { type: 'guest-start', guest: 'b', model: 'host-model' },
      ]);
      assert.deepEqual(
        ledger(machine).filter(({ stale }) => stale),
        [],
      );
      assert.deepEqual(
        guestRows(machine).map(({ stale }) => stale),
        [false, false],
      );
    }
});

test('an update that changes nothing but the revision makes nothing stale', async () => {
  const profile = profileNamed('skylake-06-5e-03-c6');
  const context = await contextOf({ profile, blob: blobFor(profile, []) });
  const { machine, refused } = playOn(context, null, [{ type: 'kvm-load' }, { type: 'guest-start', guest: 'a' }, { type: 'microcode-late-load' }]);
  assert.equal(refused, false);
  assert.deepEqual(
    ledger(machine).filter(({ stale }) => stale),
    [],
  );
  assert.deepEqual(
    guestRows(machine).map(({ stale }) => stale),
    [false],
  );
});
