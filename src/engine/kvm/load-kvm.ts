import type { KvmTables } from '../../data/kernels/types.ts';
import type { Boot } from '../boot/boot.ts';
import { type Cpu, copyCpu } from '../boot/cpu.ts';
import { cpuidOf, type Silicon } from '../silicon/silicon.ts';
import { setNxHugePages } from '../vulnerabilities/itlb-multihit.ts';
import { cleanupL1dFlush, setupL1dFlush } from '../vulnerabilities/l1tf-vmx.ts';
import { guestArchCapabilities, hostArchCapabilities } from './arch-capabilities.ts';
import type { CapWords } from './cap-words.ts';
import { commonCaps } from './common-caps.ts';
import type { KvmLoad, KvmModule, KvmState, VmcsConfig } from './kvm-state.ts';
import { type ModuleParameters, moduleParameters } from './module-parameters.ts';
import { type PmuCapability, pmuCapability } from './pmu-capability.ts';
import { supportedCpuid } from './supported-cpuid.ts';
import { svmCaps, svmSetup } from './svm-caps.ts';
import { probeUserReturnMsrs } from './user-return-msrs.ts';
import { setupVmcsConfig } from './vmcs-config.ts';
import { vmxCaps, vmxSetup, xssCaps } from './vmx-caps.ts';

const VMX_BIT = 5;
const MSR_VM_CR = 0xc0010114;
const SVM_DISABLE = 4;

export interface KvmInput {
  readonly module: KvmModule;
  readonly tables: KvmTables;
  /** What CPUID and RDMSR answer on the boot CPU now; the boot's own where it is absent. */
  readonly silicon?: Silicon;
  /** Options behind modprobe, as on a command line: `kvm.nx_huge_pages=off kvm-intel.ept=0`. */
  readonly parameters?: string;
}

/** The boot CPU with the silicon of this moment; the same object where nothing changed, so that MSRs the kernel wrote are seen. */
function cpuNow(b: Boot, silicon: Silicon | undefined): Cpu {
  return silicon === undefined || silicon === b.cpu.silicon ? b.cpu : { ...b.cpu, silicon };
}

function badParameter(parameter: string): KvmLoad {
  return refused('EINVAL', 'kvm-bad-parameter', { parameter });
}

function refused(errno: KvmLoad['errno'], code: string, args: Record<string, string> = {}): KvmLoad {
  return { kvm: null, errno, findings: [{ code, args }] };
}

/** What keeps a vendor module out before it has looked at anything else (vmx.c kvm_is_vmx_supported(), svm.c kvm_is_svm_supported()). */
function unsupported(b: Boot, module: KvmModule, now: Cpu): KvmLoad | null {
  const option = module === 'kvm_intel' ? 'CONFIG_KVM_INTEL' : 'CONFIG_KVM_AMD';
  if (!b.config(option)) return refused('ENOENT', 'kvm-not-built', { option });
  if (module === 'kvm_intel') {
    if (((cpuidOf(now.silicon, 1, 0).ecx >>> VMX_BIT) & 1) === 0) return refused('EOPNOTSUPP', 'kvm-no-vmx');
    if (!b.has('MSR_IA32_FEAT_CTL') || !b.has('VMX')) return refused('EOPNOTSUPP', 'kvm-vmx-disabled');
  } else {
    if ((b.cpu.vendor !== 'AMD' && b.cpu.vendor !== 'HYGON') || !b.has('SVM')) return refused('EOPNOTSUPP', 'kvm-no-svm');
    if (b.trait('kvm-asks-vm-cr') && b.msrBit(MSR_VM_CR, SVM_DISABLE, now)) return refused('EOPNOTSUPP', 'kvm-svm-disabled');
  }
  // kvm_x86_vendor_init() asks for FPU and FXSR too, which no 64-bit kernel runs without.
  return null;
}

interface Vendor {
  readonly caps: CapWords;
  readonly vmcs: VmcsConfig | null;
  readonly tdpEnabled: boolean;
}

interface Setting {
  readonly b: Boot;
  readonly input: KvmInput;
  readonly now: Cpu;
  readonly parameters: ModuleParameters;
  readonly pmu: PmuCapability;
  readonly userReturnMsrs: readonly number[];
}

/** Whether VMX capabilities that contradict each other keep a CPU out, or are made consistent. */
function strictVmcs(parameters: ModuleParameters): boolean {
  return parameters.bool('kvm_intel.error_on_inconsistent_vmcs_config', true);
}

/** vmx_hardware_setup(). */
function setupIntel({ b, input, now, parameters, pmu, userReturnMsrs }: Setting): Vendor | KvmLoad {
  const vmcs = setupVmcsConfig(b, now, strictVmcs(parameters));
  if ('field' in vmcs) return refused('EIO', 'kvm-vmcs-config', { field: vmcs.field });
  const setup = vmxSetup(b, now, vmcs, parameters, pmu);
  if (!setup.enableEpt && !b.has('NX')) return refused('EOPNOTSUPP', 'kvm-no-nx');
  if (setup.ptMode === null) return badParameter('kvm_intel.pt_mode');
  const allowSmallerMaxphyaddr = setup.allowSmallerMaxphyaddr;
  const caps = commonCaps(b, { tables: input.tables, silicon: now.silicon, tdpEnabled: setup.enableEpt, allowSmallerMaxphyaddr, userReturnMsrs });
  vmxCaps(b, caps, vmcs, setup, pmu);
  xssCaps(b, caps);
  return { caps, vmcs, tdpEnabled: setup.enableEpt };
}

/** svm_hardware_setup(). */
function setupAmd({ b, input, now, parameters, pmu, userReturnMsrs }: Setting): Vendor | KvmLoad {
  if (!b.has('NX')) return refused('EOPNOTSUPP', 'kvm-no-nx');
  const setup = svmSetup(b, now.silicon, parameters);
  const caps = commonCaps(b, { tables: input.tables, silicon: now.silicon, tdpEnabled: setup.npt, allowSmallerMaxphyaddr: !setup.npt, userReturnMsrs });
  svmCaps(b, caps, setup, pmu);
  xssCaps(b, caps);
  return { caps, vmcs: null, tdpEnabled: setup.npt };
}

/** The parts of kvm and kvm_intel that speak in sysfs: huge pages, the L1D flush, CR4.VMXE. */
function engage(b: Boot, module: KvmModule, parameters: ModuleParameters, enableEpt: boolean, silicon: Silicon): boolean {
  if (module === 'kvm_intel' && !setupL1dFlush(b, { parameters: parameters.all('kvm_intel.vmentry_l1d_flush'), enableEpt, silicon })) return false;
  if (b.trait('kvm-virt-at-load') && parameters.bool('kvm.enable_virt_at_load', true)) enableVirtualization(b, module);
  return true;
}

/**
 * Loads kvm and a vendor module: takes every snapshot that KVM lives on. Writes into the kernel's memory what sysfs shows of it
 * (`l1tf_vmx_mitigation`, `itlb_multihit_kvm_mitigation`, `cr4_vmxe`); work on a copy of the kernel.
 * @returns the module's state, or why it was not loaded (kvm/x86.c kvm_x86_vendor_init())
 */
export function loadKvm(b: Boot, input: KvmInput): KvmLoad {
  b.begin();
  const { module } = input;
  const now = cpuNow(b, input.silicon);
  const parameters = moduleParameters(b, input.tables.parameters, input.parameters ?? '');
  // Values are parsed before the module's own code runs: kvm's first, on which the vendor's depends.
  const bad = parameters.bad('kvm') ?? (setNxHugePages(b, parameters.all('kvm.nx_huge_pages')) ? null : 'kvm.nx_huge_pages') ?? parameters.bad(module);
  if (bad !== null) return badParameter(bad);
  b.begin();
  const missing = unsupported(b, module, now);
  if (missing) return missing;
  const pmu = pmuCapability(b, parameters.bool('kvm.enable_pmu', true));
  const userReturnMsrs = probeUserReturnMsrs(b, module, now);
  const setting: Setting = { b, input, now, parameters, pmu, userReturnMsrs };
  const vendor = module === 'kvm_intel' ? setupIntel(setting) : setupAmd(setting);
  if ('findings' in vendor) return vendor;
  if (!engage(b, module, parameters, vendor.tdpEnabled, now.silicon)) return badParameter('kvm_intel.vmentry_l1d_flush');
  b.patchedModule = copyCpu(b.cpu);
  return { kvm: stateOf(setting, vendor), errno: null, findings: [] };
}

function stateOf({ b, input, now, parameters, pmu, userReturnMsrs }: Setting, { caps, vmcs, tdpEnabled }: Vendor): KvmState {
  b.begin();
  const host = hostArchCapabilities(b, now);
  const held = { words: [...caps.rows.values()], pmuEnabled: pmu.enabled };
  return {
    ...held,
    module: input.module,
    caps: supportedCpuid(b, held, now.silicon),
    archCapabilities: guestArchCapabilities(b, host),
    hostArchCapabilities: b.trait('kvm-caches-arch-capabilities') ? host : null,
    userReturnMsrs,
    vmcs,
    vmcsStrict: strictVmcs(parameters),
    tdpEnabled,
  };
}

/** Virtualization is switched on: at the load, or with the first VM (kvm_enable_virtualization()). Only VMX shows it in CR4. */
export function enableVirtualization(b: Boot, module: KvmModule): void {
  b.begin();
  if (module === 'kvm_intel') b.share('cr4_vmxe', true, 'kvm/virtualization/on');
}

/** The last VM is gone on a kernel that does not keep virtualization on, or the module goes. */
export function disableVirtualization(b: Boot): void {
  b.begin();
  if (b.shared('cr4_vmxe') === true) b.share('cr4_vmxe', false, 'kvm/virtualization/off');
}

/** Removes a vendor module: what sysfs showed of it goes with it, everything it held is forgotten (vmx.c vmx_exit()). */
export function unloadKvm(b: Boot, module: KvmModule): void {
  disableVirtualization(b);
  b.patchedModule = null;
  if (module === 'kvm_intel') cleanupL1dFlush(b);
}
