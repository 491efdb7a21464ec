import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { unknownMsr } from './msr-access.ts';
import { initVmxCapabilities } from './vmx-capabilities.ts';

const MSR_IA32_FEAT_CTL = 0x3a;
const LOCKED = 1n << 0n;
const VMX_ENABLED_OUTSIDE_SMX = 1n << 2n;
const SGX_LC_ENABLED = 1n << 17n;
const SGX_ENABLED = 1n << 18n;

/** What firmware leaves on nearly every machine: locked, VMX on. Taken only where the profile does not know the MSR. */
const ASSUMED = LOCKED | VMX_ENABLED_OUTSIDE_SMX;

interface Sgx {
  readonly driver: boolean;
  readonly kvm: boolean;
}

function wantedSgx(b: Boot, cpu: Cpu, enableVmx: boolean): Sgx {
  if (!b.has('SGX', cpu) || !b.config('CONFIG_X86_SGX')) return { driver: false, kvm: false };
  return { driver: b.has('SGX_LC', cpu), kvm: enableVmx && b.config('CONFIG_X86_SGX_KVM') };
}

/** @returns the MSR after the kernel has locked it: where firmware left it open the kernel decides itself. */
function lockedValue(b: Boot, cpu: Cpu, value: bigint, enableVmx: boolean, sgx: Sgx): bigint {
  if (value & LOCKED) return value;
  let next = LOCKED;
  if (enableVmx) next |= VMX_ENABLED_OUTSIDE_SMX;
  if (sgx.kvm || sgx.driver) next |= SGX_ENABLED;
  if (sgx.driver) next |= SGX_LC_ENABLED;
  if (cpu === b.cpu) b.writeMsr(MSR_IA32_FEAT_CTL, next);
  return next;
}

/**
 * init_ia32_feat_ctl(): VMX and SGX as firmware allows them; Intel, Zhaoxin and Centaur (cpu/feat_ctl.c).
 * A kernel started by tboot, which looks at VMX inside SMX instead, is not modelled.
 */
export function initFeatCtl(b: Boot, cpu: Cpu): void {
  b.begin();
  const read = b.msr(MSR_IA32_FEAT_CTL, cpu);
  const raw = read === null && unknownMsr(b, MSR_IA32_FEAT_CTL, cpu) ? ASSUMED : read;
  if (raw === null) {
    b.clear('VMX', 'feat-ctl/no-msr', cpu);
    b.clear('SGX', 'feat-ctl/no-msr', cpu);
    return;
  }
  const enableVmx = b.has('VMX', cpu) && b.config('CONFIG_KVM_INTEL');
  const sgx = wantedSgx(b, cpu, enableVmx);
  const value = lockedValue(b, cpu, raw, enableVmx, sgx);
  b.set('MSR_IA32_FEAT_CTL', 'feat-ctl/present', cpu);
  if (b.has('VMX', cpu)) {
    if (value & VMX_ENABLED_OUTSIDE_SMX) {
      b.leaveFeature('VMX', 'feat-ctl/vmx-enabled', cpu);
      initVmxCapabilities(b, cpu);
    } else {
      b.printOnce('x86/cpu: VMX (outside TXT) disabled by BIOS');
      b.clear('VMX', 'feat-ctl/vmx-disabled-by-bios', cpu);
    }
  }
  initSgx(b, cpu, value, sgx);
}

function initSgx(b: Boot, cpu: Cpu, value: bigint, wanted: Sgx): void {
  b.begin();
  b.msrBit(MSR_IA32_FEAT_CTL, 18, cpu);
  if (!(value & SGX_ENABLED)) {
    b.clear('SGX', 'feat-ctl/sgx-disabled-by-bios', cpu);
    return;
  }
  b.leaveFeature('SGX', 'feat-ctl/sgx-enabled', cpu);
  const kvm = wanted.kvm && b.has('VMX', cpu);
  if (value & SGX_LC_ENABLED || !wanted.driver) return;
  // Without launch control only guests, which bring their own, can use SGX.
  if (kvm) b.clear('SGX_LC', 'feat-ctl/launch-control-locked', cpu);
  else b.clear('SGX', 'feat-ctl/launch-control-locked', cpu);
}
