import type { Machine } from '../model/machine.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { cpuidRef } from '../silicon/refs.ts';
import { cpuidOf, type Silicon } from '../silicon/silicon.ts';
import { valueDifference } from './differ.ts';
import { because, type Holder, NEW_KERNEL } from './holder.ts';

const XSTATE_LEAF = 0xd;
const COMPONENTS = 20;
const REGISTERS = ['eax', 'ebx', 'ecx', 'edx'] as const;

function hexOf(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Registers of leaf 0xd from a subleaf on: sizes, offsets, and which components exist. */
function sizes(held: Silicon, now: Silicon, from: number): SnapshotDifference[] {
  if (held === now) return [];
  const found: SnapshotDifference[] = [];
  for (let subleaf = from; subleaf < COMPONENTS; subleaf++) {
    const [was, is] = [cpuidOf(held, XSTATE_LEAF, subleaf), cpuidOf(now, XSTATE_LEAF, subleaf)];
    for (const register of REGISTERS) found.push(...valueDifference(cpuidRef(XSTATE_LEAF, subleaf, register), hexOf(was[register]), hexOf(is[register])));
  }
  return found;
}

const first = (machine: Machine): Silicon => machine.threads[0]!.silicon;

/** XSAVE's buffers are laid out once; where a size or offset changes, the worst case is memory that is overwritten. */
const fpu: Holder = {
  id: 'fpu_kernel_cfg',
  title: 'size and layout of the extended state',
  source: 'kernel/fpu/xstate.c fpu__init_system_xstate()',
  takenAt: (machine) => (machine.kernel.has('XSAVE', machine.booted.kernel.cpu) ? machine.booted.at.event : null),
  differences: (machine) => sizes(machine.booted.silicon, first(machine), 0),
  symptom: () => 'corruption-risk',
  cures: NEW_KERNEL,
  tries: { 'cpu-hotplug': because('set-once') },
};

/** First component after the legacy area. */
const XFEATURE_YMM = 2;

const guests: Holder = {
  id: 'xstate_sizes',
  title: 'sizes of the extended state that KVM tells guests',
  source: 'kvm/cpuid.c kvm_init_xstate_sizes()',
  takenAt: (machine) => machine.kvmLoaded?.at.event ?? null,
  differences: (machine) => (machine.kvmLoaded ? sizes(machine.kvmLoaded.silicon, first(machine), XFEATURE_YMM) : []),
  symptom: () => 'corruption-risk',
  cures: NEW_KERNEL,
  tries: { 'kvm-reload': because('boot-decision') },
};

/** The kernel's extended state, and KVM's copy of its sizes. */
export function xstateHolders(): readonly Holder[] {
  return [fpu, guests];
}
