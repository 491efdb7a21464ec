import assert from 'node:assert/strict';
import test from 'node:test';
import type { Profile } from '../../../src/data/contract/profile.ts';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import type { KernelTables, KvmTables } from '../../../src/data/kernels/types.ts';
import type { Boot } from '../../../src/engine/boot/boot.ts';
import { bootKernel } from '../../../src/engine/boot/boot-kernel.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import { slotsOf } from '../../../src/engine/boot/slots.ts';
import { identifySecondary } from '../../../src/engine/features/index.ts';
import { archCapabilitiesOffered } from '../../../src/engine/kvm/arch-capabilities.ts';
import type { KvmModule, KvmState } from '../../../src/engine/kvm/kvm-state.ts';
import { loadKvm, unloadKvm } from '../../../src/engine/kvm/load-kvm.ts';
import { supportedCpuid } from '../../../src/engine/kvm/supported-cpuid.ts';
import { updated } from '../../../src/engine/silicon/effects.ts';
import { type Silicon, siliconOf } from '../../../src/engine/silicon/silicon.ts';
import { type GoldenKvm, type GoldenState, type LateGolden, recordedConfig, recordings } from '../loader/support.ts';

interface ColdGolden {
  readonly kernel: string;
  readonly cmdline: string;
  readonly profile: Profile;
  readonly kvmModule?: KvmModule;
  readonly kvmParameters?: string;
  readonly expect: { readonly kvm?: GoldenKvm };
}

interface Figures {
  states: number;
  registers: number;
  readonly wrong: string[];
}

const hex32 = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/** Every recorded register, no register that the kernel does not name, and the MSR. */
function compare(name: string, b: Boot, kvm: KvmState, silicon: Silicon, golden: GoldenKvm, figures: Figures): void {
  const caps = supportedCpuid(b, kvm, silicon);
  figures.states++;
  for (const [register, value] of Object.entries(golden.caps)) {
    figures.registers++;
    const ours = caps[register];
    if (ours === undefined || ours !== Number(value))
      figures.wrong.push(`${name} ${register}: ${ours === undefined ? 'absent' : hex32(ours)}, recorded ${value}`);
  }
  const msr = `0x${archCapabilitiesOffered(b, kvm, silicon).toString(16)}`;
  figures.registers++;
  if (golden.archCapabilities !== null && BigInt(msr) !== BigInt(golden.archCapabilities))
    figures.wrong.push(`${name} ARCH_CAPABILITIES: ${msr}, recorded ${golden.archCapabilities}`);
}

function insert(b: Boot, tables: KvmTables, module: KvmModule, parameters: string, silicon: Silicon): KvmState {
  const { kvm, errno, findings } = loadKvm(b, { module, tables, parameters, silicon });
  assert.ok(kvm, `${module}: ${errno} ${JSON.stringify(findings)}`);
  return kvm;
}

function boot(tables: KernelTables, golden: { kernel: string; cmdline: string }, profile: Profile, silicon: Silicon): Boot {
  const spec = kernelSpec(tables, { cmdline: golden.cmdline, config: recordedConfig(golden.kernel) });
  return bootKernel(
    spec,
    slotsOf(profile).map((slot) => ({ ...slot, silicon })),
  ).kernel;
}

function checkCold(name: string, golden: ColdGolden, tables: KernelTables, kvmTables: KvmTables, figures: Figures): void {
  if (!golden.expect.kvm || !golden.kvmModule) return;
  const silicon = siliconOf(golden.profile);
  const b = boot(tables, golden, golden.profile, silicon);
  const kvm = insert(b, kvmTables, golden.kvmModule, golden.kvmParameters ?? '', silicon);
  assert.deepEqual(kvm.caps, supportedCpuid(b, kvm, silicon));
  compare(name, b, kvm, silicon, golden.expect.kvm, figures);
}

function checkLate(name: string, golden: LateGolden, tables: KernelTables, kvmTables: KvmTables, figures: Figures): void {
  const module = golden.modules.find((one): one is KvmModule => one === 'kvm_intel' || one === 'kvm_amd');
  if (!module) return;
  const old = siliconOf(golden.profile);
  const taken = golden.after.microcode !== golden.before.microcode;
  const fresh = taken ? updated(old, golden.blob, 'late') : old;
  let b = boot(tables, golden, golden.profile, old);
  let kvm = insert(b, kvmTables, module, golden.kvmParameters, old);
  const check = (state: GoldenState | undefined, what: string, silicon: Silicon): void => {
    if (state?.kvm) compare(`${name} ${what}`, b, kvm, silicon, state.kvm, figures);
  };
  check(golden.before, 'before', old);
  b = b.copy(fresh);
  check(golden.after, 'after', fresh);
  unloadKvm(b, module);
  kvm = insert(b, kvmTables, module, golden.kvmParameters, fresh);
  check(golden.afterKvmReload, 'afterKvmReload', fresh);
  // The CPU that comes back takes what it lost out of boot_cpu_data, too.
  identifySecondary(b, fresh, 1);
  check(golden.afterHotplug, 'afterHotplug', fresh);
  if (golden.coldAfter) {
    const cold = updated(old, golden.blob, 'reset');
    b = boot(tables, golden, golden.profile, cold);
    kvm = insert(b, kvmTables, module, golden.kvmParameters, cold);
    check(golden.coldAfter, 'coldAfter', cold);
  }
}

for (const { line, load, loadKvm: loadTables } of kernelLines) {
  test(`KVM ${line}: what it offers guests in every recording`, async (t) => {
    const cold = recordings<ColdGolden>(`cold/${line}`);
    const late = recordings<LateGolden>(`late/${line}`);
    if (cold.length === 0) return t.skip('no recordings in ../shared/goldens');
    const { tables } = await load();
    const { kvm } = await loadTables();
    const figures = { cold: { states: 0, registers: 0, wrong: [] }, late: { states: 0, registers: 0, wrong: [] } } satisfies Record<string, Figures>;
    for (const [name, golden] of cold) checkCold(name, golden, tables, kvm, figures.cold);
    for (const [name, golden] of late) checkLate(name, golden, tables, kvm, figures.late);
    for (const [kind, { states, registers, wrong }] of Object.entries(figures))
      console.log(`kvm caps ${line} ${kind}: ${registers - wrong.length}/${registers} registers in ${states} states`);
    assert.deepEqual([...figures.cold.wrong, ...figures.late.wrong], []);
    assert.ok(figures.late.states > 0);
    // No module was inserted in the cold recordings of the oldest line.
    assert.equal(
      figures.cold.states > 0,
      cold.some(([, golden]) => golden.expect.kvm),
    );
  });
}
