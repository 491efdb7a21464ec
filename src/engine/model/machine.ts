import type { Blob } from '../../data/contract/blob.ts';
import type { KvmTables } from '../../data/kernels/types.ts';
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

/** When a copy was taken. */
export interface Taken {
  /** Type of the event. */
  readonly event: string;
  /** How many events had happened by then. */
  readonly number: number;
}

/** The kernel as it stood when something copied from it, and the boot CPU's silicon of that moment. Nobody writes to it any more. */
export interface Moment {
  readonly kernel: Boot;
  readonly silicon: Silicon;
  readonly at: Taken;
}

/** How a KVM module is loaded. */
export interface KvmRecipe {
  readonly module: KvmHeld['module'];
  readonly tables: KvmTables;
  /** Options behind modprobe. */
  readonly parameters: string;
}

/** A KVM module that is loaded, beside what it holds (`KvmState`). */
export interface KvmLoaded extends Moment, KvmRecipe {}

/** Host values of the user-return MSRs by index, kept per CPU from the moment virtualization is switched on (kvm_user_return_msr_cpu_online()). */
export interface UserReturnValues {
  readonly values: ReadonlyMap<number, bigint>;
  readonly at: Taken;
}

export type GuestModel = 'host-passthrough' | 'host-model' | 'custom';

/** What a guest is told of its CPU: feature registers as KVM names them (`7.0.edx`), and MSR_IA32_ARCH_CAPABILITIES. */
export interface GuestView {
  readonly cpuid: Readonly<Record<string, number>>;
  readonly archCapabilities: bigint | null;
}

/** What becomes of a guest's access to MSR_IA32_TSX_CTRL: nobody told it of the MSR; it works; it was told, and KVM answers with #GP. */
export type TsxCtrlView = 'absent' | 'managed' | 'faults';

export interface Vcpu {
  readonly number: number;
  readonly archCapabilities: bigint | null;
  readonly at: Taken;
}

export interface Guest extends GuestView {
  readonly name: string;
  readonly model: GuestModel;
  /** The registers that a custom guest asks for; null for the other models. */
  readonly wanted: Readonly<Record<string, number>> | null;
  /** Revision it sees: the host's at its start for host-passthrough, else the VMM's constant (null). It must not rise under a running guest. */
  readonly revision: number | null;
  readonly tsxCtrl: TsxCtrlView;
  readonly vcpus: readonly Vcpu[];
  /** Migrated to another host, with all that it was told. */
  readonly away: boolean;
  readonly at: Taken;
}

/** A process, with the CPUID that its libraries chose their code by. */
export interface Process {
  readonly name: string;
  readonly silicon: Silicon;
  readonly kernel: Boot;
  readonly at: Taken;
}

/** A module other than KVM: its text was patched for the boot_cpu_data of its load. */
export interface LoadedModule extends Moment {
  readonly name: string;
}

/** What libvirt remembers of KVM's answers since its daemon started. */
export interface HostModelCache extends GuestView {
  readonly at: Taken;
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
  /** The kernel at the end of its boot. */
  readonly booted: Moment;
  /** CPUs that were identified again since, by number. */
  readonly identified: ReadonlyMap<number, Taken>;
  readonly kvmLoaded: KvmLoaded | null;
  /** How KVM was loaded last, also after it was removed. */
  readonly kvmRecipe: KvmRecipe | null;
  readonly userReturn: UserReturnValues | null;
  readonly guests: readonly Guest[];
  readonly processes: readonly Process[];
  readonly modules: readonly LoadedModule[];
  readonly hostModelCache: HostModelCache | null;
  /** Events so far: what the next one is counted from. */
  readonly events: number;
}

/** What a kernel that has just booted finds of all that: nothing but itself. */
export function nothingHeld(kernel: Boot, silicon: Silicon, at: Taken): Omit<Machine, 'slots' | 'threads' | 'kernel'> {
  return {
    kvm: null,
    patchCache: [],
    cachedBlob: null,
    early: null,
    booted: { kernel, silicon, at },
    identified: new Map(),
    kvmLoaded: null,
    kvmRecipe: null,
    userReturn: null,
    guests: [],
    processes: [],
    modules: [],
    hostModelCache: null,
    events: at.number,
  };
}
