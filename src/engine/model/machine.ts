import type { Blob } from '../../data/contract/blob.ts';
import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import type { KvmState } from '../kvm/kvm-state.ts';
import type { OfferedUpdate } from '../loader/offered-file.ts';
import type { Silicon } from '../silicon/silicon.ts';

/** One logical CPU of the machine. */
export interface Thread {
  readonly number: number;
  readonly package: number;
  readonly core: number;
  /** 0 is the primary thread of its core. */
  readonly thread: number;
  readonly node: number;
  readonly online: boolean;
  /** It was online once since boot: only such CPUs count for the loader. */
  readonly booted: boolean;
  /** Microcode revision in force on this thread's core. */
  readonly revision: number;
  /** What CPUID and RDMSR answer on it now. */
  readonly silicon: Silicon;
  /** What the kernel holds for it: cpu_data(n), the flags that /proc/cpuinfo prints. */
  readonly cpu: Cpu;
}

/** What an event finds out or refuses; codes only, words are the views'. */
export interface Finding {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** What a KVM module holds from its load on. */
export interface KvmHeld {
  readonly module: 'kvm_intel' | 'kvm_amd';
  /** kvm_cpu_caps by register, `7.0.edx`. */
  readonly caps: Readonly<Record<string, number>>;
  /** What KVM_GET_MSRS offers as MSR_IA32_ARCH_CAPABILITIES now; null where this CPU and KVM know no such MSR. */
  readonly archCapabilities: bigint | null;
}

/** A CPU slot as the firmware leaves it at reset. */
export interface Slot {
  readonly number: number;
  readonly package: number;
  readonly core: number;
  readonly thread: number;
  readonly node: number;
  /** The user or the profile keeps it offline. */
  readonly offline: boolean;
  readonly revision: number;
  readonly silicon: Silicon;
}

/** A running machine between two events: silicon, and everything that software remembers of it. Events make a new one. */
export interface Machine {
  readonly slots: readonly Slot[];
  readonly threads: readonly Thread[];
  /** The kernel's memory: words, choices, shared variables, log. Frozen by convention: events work on `kernel.copy()`. */
  readonly kernel: Boot;
  readonly kvm: KvmState | null;
  /** Patches the kernel keeps for CPUs that come online. */
  readonly patchCache: readonly OfferedUpdate[];
  /** The update those patches came from, for what it does to the silicon. */
  readonly cachedBlob: Blob | null;
  /** The update in the early-load image, or null: what a reboot loads. */
  readonly early: Blob | null;
}
