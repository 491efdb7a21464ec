import assert from 'node:assert/strict';
import test from 'node:test';
import { bootFeatures, LINES, type MadeUpCpu } from './synthetic-boot.ts';

const ART = { '80000007.0.edx': 0x100, '15.0.eax': 2, '15.0.ebx': 168 };

function hypervisor(name: string, leaves: Record<string, number> = {}): MadeUpCpu {
  const at = (from: number): number =>
    (name.charCodeAt(from) | (name.charCodeAt(from + 1) << 8) | (name.charCodeAt(from + 2) << 16) | (name.charCodeAt(from + 3) << 24)) >>> 0;
  return {
    features: ['HYPERVISOR'],
    registers: { '40000000.0.eax': 0x40000010, '40000000.0.ebx': at(0), '40000000.0.ecx': at(4), '40000000.0.edx': at(8), ...leaves },
  };
}

test('a crystal told by CPUID makes the frequency known; Denverton has 25 MHz without telling', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, { registers: { ...ART, '15.0.ecx': 24_000_000 } })).flags.includes('tsc_known_freq'), true);
    assert.equal((await bootFeatures(line, { registers: { ...ART, '16.0.eax': 2400 } })).has('TSC_KNOWN_FREQ'), false);
    assert.equal((await bootFeatures(line, { model: 0x5f, registers: ART })).has('TSC_KNOWN_FREQ'), true);
    assert.equal((await bootFeatures(line, { family: 0x13, model: 0x5f, registers: ART })).has('TSC_KNOWN_FREQ'), line === '6.1', 'at first by model alone');
    assert.equal((await bootFeatures(line, { registers: { ...ART, '15.0.ebx': 0, '15.0.ecx': 24_000_000 } })).has('TSC_KNOWN_FREQ'), false);
    assert.equal(
      (await bootFeatures(line, { vendor: 'AuthenticAMD', family: 0x17, model: 0x31, registers: { ...ART, '15.0.ecx': 24_000_000 } })).has('TSC_KNOWN_FREQ'),
      false,
    );
  }
});

test('Goldmont trusts its TSC once the crystal is known, older Atoms by model', async () => {
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, { model: 0x5c, registers: { ...ART, '15.0.ecx': 19_200_000 } })).flags.includes('tsc_reliable'), true);
    assert.equal((await bootFeatures(line, { model: 0x5c })).has('TSC_RELIABLE'), false);
    const silvermont = await bootFeatures(line, { model: 0x37, level: 0xb });
    assert.deepEqual([silvermont.has('TSC_RELIABLE'), silvermont.has('TSC_KNOWN_FREQ')], [true, true]);
    assert.equal((await bootFeatures(line, { family: 0x13, model: 0x5c, registers: { ...ART, '15.0.ecx': 1000 } })).has('TSC_RELIABLE'), line === '6.1');
    for (const [khz, reliable] of [
      ['2000000', false],
      ['0x1e8480', false],
      ['0', true],
      ['fast', true],
      ['', true],
    ] as const) {
      const goldmont: MadeUpCpu = { model: 0x5c, registers: { ...ART, '15.0.ecx': 19_200_000 } };
      assert.equal((await bootFeatures(line, goldmont, { cmdline: `tsc_early_khz=${khz}` })).has('TSC_RELIABLE'), reliable, `${line} ${khz}`);
    }
    // Goldmont without a crystal in CPUID computes one from the base frequency.
    assert.equal((await bootFeatures(line, { model: 0x5c, registers: { ...ART, '16.0.eax': 1600 } })).has('TSC_RELIABLE'), true);
    const told = await bootFeatures(line, { model: 0x37, registers: { '16.0.eax': 1600 } });
    assert.equal(told.has('TSC_RELIABLE'), false, 'leaf 0x16 comes first');
  }
});

test('art: the ratio, a TSC that does not stop and can be adjusted, no guest, no unstable TSC', async () => {
  for (const line of LINES) {
    const art: MadeUpCpu = { features: ['TSC_ADJUST'], registers: ART };
    assert.equal((await bootFeatures(line, art)).flags.includes('art'), true);
    assert.equal((await bootFeatures(line, { ...art, features: ['TSC_ADJUST', 'HYPERVISOR'] })).has('ART'), false);
    assert.equal((await bootFeatures(line, { ...art, features: [] })).has('ART'), false);
    assert.equal((await bootFeatures(line, { ...art, registers: { ...ART, '80000007.0.edx': 0 } })).has('ART'), false);
    assert.equal((await bootFeatures(line, { ...art, registers: { ...ART, '15.0.eax': 0 } })).has('ART'), false);
    for (const cmdline of ['notsc', 'tsc=unstable']) assert.equal((await bootFeatures(line, art, { cmdline })).has('ART'), false);
  }
});

test('the deadline timer: no TSC, errata by revision, believed in a guest', async () => {
  const timer: MadeUpCpu = { model: 0x5e, features: ['TSC_DEADLINE_TIMER'] };
  for (const line of LINES) {
    assert.equal((await bootFeatures(line, { ...timer, revision: 0xb1 })).flags.includes('tsc_deadline_timer'), false);
    assert.equal((await bootFeatures(line, { ...timer, revision: 0xb2 })).has('TSC_DEADLINE_TIMER'), true);
    assert.equal((await bootFeatures(line, { ...timer, revision: 0xb1, features: ['TSC_DEADLINE_TIMER', 'HYPERVISOR'] })).has('TSC_DEADLINE_TIMER'), true);
    assert.equal((await bootFeatures(line, { ...timer, model: 0x6a, revision: 1 })).has('TSC_DEADLINE_TIMER'), true);
    assert.equal((await bootFeatures(line, timer, { cmdline: 'clearcpuid=tsc' })).has('TSC_DEADLINE_TIMER'), false);
    const cured = await bootFeatures(line, { ...timer, revision: 0xb2, absentMsrs: 'unknown' });
    const behind = cured.b.stepBehind(cured.b.featureBit('TSC_DEADLINE_TIMER'));
    assert.equal(cured.b.trace.steps[behind]?.rule, 'apic/deadline-timer/cured');
  }
});

test('guests of KVM, VMware and Hyper-V know their frequency from the host', async () => {
  for (const line of LINES) {
    const kvm = hypervisor('KVMKVMKVM\0\0\0', { '40000001.0.eax': 1 << 3 });
    assert.equal((await bootFeatures(line, kvm)).has('TSC_KNOWN_FREQ'), true, line);
    assert.equal((await bootFeatures(line, kvm, { cmdline: 'no-kvmclock' })).has('TSC_KNOWN_FREQ'), false);
    assert.equal((await bootFeatures(line, kvm, { cmdline: 'nopv' })).has('TSC_KNOWN_FREQ'), false);
    assert.equal((await bootFeatures(line, kvm, { options: { CONFIG_KVM_GUEST: 'n' } })).has('TSC_KNOWN_FREQ'), false);
    assert.equal((await bootFeatures(line, { ...kvm, features: [] })).has('TSC_KNOWN_FREQ'), false, 'not without the hypervisor bit');
    const vmware = await bootFeatures(line, hypervisor('VMwareVMware', { '40000010.0.ecx': 2 }));
    assert.deepEqual([vmware.has('CONSTANT_TSC'), vmware.has('TSC_RELIABLE'), vmware.has('TSC_KNOWN_FREQ'), vmware.has('VMCALL')], [true, true, true, true]);
    assert.equal((await bootFeatures(line, hypervisor('VMwareVMware', { '40000010.0.ecx': 1 }))).has('VMW_VMMCALL'), true);
    const hyperV = await bootFeatures(line, hypervisor('Microsoft Hv', { '40000003.0.eax': 0x60 | (1 << 11) | (1 << 15), '40000003.0.edx': 1 << 8 }));
    assert.deepEqual([hyperV.has('TSC_RELIABLE'), hyperV.has('TSC_KNOWN_FREQ')], [true, true]);
    assert.equal(
      (await bootFeatures(line, hypervisor('Microsoft Hv', { '40000003.0.eax': 1 << 15 }))).has('TSC_RELIABLE'),
      false,
      'without its hypercalls it is none',
    );
  }
});

/** One hypervisor behind the leaves of another. */
function behind(first: MadeUpCpu, name: string, leaves: Record<string, number> = {}): MadeUpCpu {
  const { registers } = hypervisor(name);
  const at = (register: string): number => registers?.[`40000000.0.${register}`] ?? 0;
  const own = { '40000100.0.eax': 0x40000101, '40000100.0.ebx': at('ebx'), '40000100.0.ecx': at('ecx'), '40000100.0.edx': at('edx') };
  return { ...first, registers: { ...first.registers, ...own, ...leaves } };
}

test('of two hypervisors the one with the higher leaf counts', async () => {
  const hyperV = hypervisor('Microsoft Hv', { '40000003.0.eax': 0x60 | (1 << 15) });
  for (const line of LINES) {
    const kvm = await bootFeatures(line, behind(hyperV, 'KVMKVMKVM\0\0\0', { '40000101.0.eax': 1 }));
    assert.deepEqual([kvm.has('TSC_KNOWN_FREQ'), kvm.has('TSC_RELIABLE')], [true, false], line);
    const noKvm = await bootFeatures(line, behind(hyperV, 'KVMKVMKVM\0\0\0', { '40000101.0.eax': 1 }), { options: { CONFIG_KVM_GUEST: 'n' } });
    assert.deepEqual([noKvm.has('TSC_KNOWN_FREQ'), noKvm.has('TSC_RELIABLE')], [false, true]);
    // The host is asked for the frequency at once, whether the kernel uses the TSC or not.
    const noTsc = await bootFeatures(line, hypervisor('KVMKVMKVM\0\0\0', { '40000001.0.eax': 1 }), { cmdline: 'clearcpuid=tsc' });
    assert.deepEqual([noTsc.has('TSC'), noTsc.has('TSC_KNOWN_FREQ')], [false, true]);
  }
});

test('Xen: a guest with virtualized hardware asks it for the frequency', async () => {
  for (const line of LINES) {
    const options = { CONFIG_XEN: 'y' };
    const xen = hypervisor('XenVMMXenVMM', { '40000000.0.eax': 0x40000004 });
    assert.equal((await bootFeatures(line, xen, { options })).flags.includes('tsc_known_freq'), true);
    assert.equal((await bootFeatures(line, xen, { options: { CONFIG_XEN: 'n' } })).has('TSC_KNOWN_FREQ'), false);
    assert.equal((await bootFeatures(line, xen, { options, cmdline: 'nopv' })).has('TSC_KNOWN_FREQ'), false);
    assert.equal((await bootFeatures(line, xen, { options, cmdline: 'tsc_early_khz=2000000' })).has('TSC_KNOWN_FREQ'), false);
    assert.equal((await bootFeatures(line, xen, { options, cmdline: 'clearcpuid=tsc' })).has('TSC_KNOWN_FREQ'), false);
    assert.equal(
      (await bootFeatures(line, hypervisor('XenVMMXenVMM', { '40000000.0.eax': 0x40000001 }), { options })).has('TSC_KNOWN_FREQ'),
      false,
      'two leaves',
    );
    const hyperV = hypervisor('Microsoft Hv', { '40000003.0.eax': 0x60 | (1 << 15) });
    const both = await bootFeatures(line, behind(hyperV, 'XenVMMXenVMM', { '40000100.0.eax': 0x40000104 }), { options });
    assert.deepEqual([both.has('TSC_KNOWN_FREQ'), both.has('TSC_RELIABLE')], [true, false]);
  }
});

test('VMware offers one way to call it or the kernel uses none; Hyper-V has an upper end of leaves', async () => {
  for (const line of LINES) {
    const both = await bootFeatures(line, hypervisor('VMwareVMware', { '40000010.0.ecx': 3 }));
    assert.deepEqual([both.has('VMCALL'), both.has('VMW_VMMCALL')], [false, false]);
    const old = await bootFeatures(line, hypervisor('VMwareVMware', { '40000000.0.eax': 0x4000000f, '40000010.0.ecx': 2 }));
    assert.deepEqual([old.has('VMCALL'), old.has('TSC_RELIABLE')], [false, true]);
    for (const [highest, found] of [
      [0x40000004, false],
      [0x40000005, true],
      [0x4000ffff, true],
      [0x40010000, false],
    ] as const) {
      const hyperV = hypervisor('Microsoft Hv', { '40000000.0.eax': highest, '40000003.0.eax': 0x60 | (1 << 15) });
      assert.equal((await bootFeatures(line, hyperV)).has('TSC_RELIABLE'), found, `${line} ${highest.toString(16)}`);
    }
  }
});
