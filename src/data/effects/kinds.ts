import type { EffectId, EffectKind } from './types.ts';

/**
 * What each effect is, in bits, MSRs and behaviours. Bits and MSRs: kernel documents (admin-guide/hw-vuln) and asm/msr-index.h.
 * An MSR that comes with an update reads as 0: the mitigation it can switch off is on.
 */
// biome-ignore format: one line a change
export const effectKinds: Readonly<Record<EffectId, EffectKind>> = {
  'spec-ctrl': { title: 'IBRS, IBPB and STIBP', effects: [
    { bit: 'cpuid:7.0.edx[26]', change: 'set' },
    { bit: 'cpuid:7.0.edx[27]', change: 'set' },
    { msr: '0x48', exists: true, value: '0x0' },
    { msr: '0x49', writable: '0x1' },
  ] },
  ssbd: { title: 'Speculative store bypass disable', effects: [
    { bit: 'cpuid:7.0.edx[31]', change: 'set' },
  ] },
  'l1d-flush': { title: 'L1 data cache flush', effects: [
    { bit: 'cpuid:7.0.edx[28]', change: 'set' },
    { msr: '0x10b', writable: '0x1' },
  ] },
  'md-clear': { title: 'VERW clears the buffers of MDS', effects: [
    { bit: 'cpuid:7.0.edx[10]', change: 'set' },
  ] },
  'tsx-ctrl': { title: 'TSX_CTRL, the switch for TSX', effects: [
    { bit: 'msr:10a[7]', change: 'set', needs: 'msr:10a[5]' },
    { msr: '0x122', exists: true, value: '0x0', needs: 'msr:10a[5]' },
  ] },
  'tsx-removed': { title: 'TSX switched off for good', effects: [
    { bit: 'cpuid:7.0.ebx[4]', change: 'clear' },
    { bit: 'cpuid:7.0.ebx[11]', change: 'clear' },
  ] },
  'srbds-ctrl': { title: 'SRBDS mitigation and its control', effects: [
    { bit: 'cpuid:7.0.edx[9]', change: 'set' },
    { msr: '0x123', exists: true, value: '0x0' },
    { behaviour: 'srbds-mitigation-on' },
  ] },
  'fb-clear': { title: 'VERW clears fill buffers', effects: [
    { bit: 'msr:10a[17]', change: 'set', needs: 'cpuid:7.0.edx[29]' },
    { behaviour: 'verw-clears-fill-buffers' },
  ] },
  'gds-ctrl': { title: 'GDS mitigation and its control', effects: [
    { bit: 'cpuid:7.0.edx[29]', change: 'set', implied: true },
    { msr: '0x10a', exists: true, value: '0x0', implied: true },
    { bit: 'msr:10a[25]', change: 'set' },
    { msr: '0x123', exists: true, value: '0x0' },
    { behaviour: 'gds-mitigation-on' },
  ] },
  'rfds-clear': { title: 'VERW clears the register file', effects: [
    { bit: 'cpuid:7.0.edx[29]', change: 'set', implied: true },
    { msr: '0x10a', exists: true, value: '0x0', implied: true },
    { bit: 'msr:10a[28]', change: 'set' },
    { behaviour: 'verw-clears-register-file' },
  ] },
  'its-ibpb-fix': { title: 'IBPB holds for indirect target selection', effects: [
    { behaviour: 'its-ibpb-fixed' },
  ] },
  'reptar-fix': { title: 'Reptar (CVE-2023-23583) fixed', effects: [
    { behaviour: 'reptar-fixed' },
  ] },
  'bpi-fix': { title: 'Branch privilege injection (CVE-2024-45332) fixed', effects: [
    { behaviour: 'bpi-fixed' },
  ] },
  'srso-microcode': { title: 'IBPB flushes branch types, SBPB exists', effects: [
    { msr: '0x49', writable: '0x81' },
    { behaviour: 'ibpb-flushes-branch-types' },
  ] },
  'zenbleed-fix': { title: 'Zenbleed (CVE-2023-20593) fixed', effects: [
    { behaviour: 'zenbleed-fixed' },
  ] },
};
