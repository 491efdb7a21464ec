import type { Boot } from '../boot/boot.ts';
import { earlyParam } from './_early-param.ts';

export type AttackVector = 'user_kernel' | 'user_user' | 'guest_host' | 'guest_guest';
const VECTORS: readonly AttackVector[] = ['user_kernel', 'user_user', 'guest_host', 'guest_guest'];
const GLOBAL = [
  ['auto,nosmt', 'auto,nosmt'],
  ['auto', 'auto'],
  ['off', 'off'],
] as const;
const NOT_BUILT = "Kernel compiled without mitigations, ignoring 'mitigations'; system may still be vulnerable";

/**
 * `mitigations=`: the global switch and, where the kernel has the trait `attack-vectors`, what stands behind the comma
 * (kernel/cpu.c mitigations_parse_cmdline()).
 */
export function parseMitigations(b: Boot): void {
  b.begin();
  const built = b.config('CONFIG_CPU_MITIGATIONS');
  const rule = built ? 'mitigations/default' : 'mitigations/not-built';
  b.share('cpu_mitigations', built ? 'auto' : 'off', rule);
  b.share('smt_mitigations', built ? 'auto' : 'off', rule);
  // A kernel without KVM has no guests to fear.
  const guests = b.config('CONFIG_KVM');
  for (const vector of VECTORS) b.share(`attack_vector_${vector}`, built && (guests || !vector.startsWith('guest')), rule);
  earlyParam(b, 'mitigations', (value) => {
    if (!built && b.trait('mitigations-option-needs-config')) b.print(NOT_BUILT);
    else if (b.trait('attack-vectors')) parseVectors(b, value ?? '');
    else parseWord(b, value ?? '');
    return true;
  });
}

/** 6.1 and 6.12: three words and nothing else. */
function parseWord(b: Boot, value: string): void {
  if (GLOBAL.some(([word]) => word === value)) b.share('cpu_mitigations', value, 'mitigations/parameter');
  else b.print(`Unsupported mitigations=${value}, system may still be vulnerable`);
}

function parseVectors(b: Boot, value: string): void {
  const word = GLOBAL.find(([prefix]) => value.startsWith(prefix))?.[1];
  if (word) b.share('cpu_mitigations', word, 'mitigations/parameter');
  const now = b.shared('cpu_mitigations');
  if (now === 'off') {
    for (const vector of VECTORS) b.share(`attack_vector_${vector}`, false, 'mitigations/parameter');
    b.share('smt_mitigations', 'off', 'mitigations/parameter');
  } else if (now === 'auto,nosmt') b.share('smt_mitigations', 'on', 'mitigations/parameter');
  const rest = value.slice(word?.length ?? 0);
  if (rest === '') return;
  if (!rest.startsWith(',')) {
    b.print(`Unsupported mitigations=${value}, system may still be vulnerable`);
    return;
  }
  for (const name of rest.slice(1).split(',')) if (!dropVector(b, name)) return;
}

function dropVector(b: Boot, name: string): boolean {
  const vector = VECTORS.find((one) => name === `no_${one}`);
  if (vector) b.share(`attack_vector_${vector}`, false, 'mitigations/attack-vector');
  else if (name === 'no_cross_thread') b.share('smt_mitigations', 'off', 'mitigations/attack-vector');
  else {
    b.print(`Unsupported mitigations options ${name}`);
    return false;
  }
  return true;
}

/** cpu_mitigations_off(). */
export function mitigationsOff(b: Boot): boolean {
  return b.shared('cpu_mitigations') === 'off';
}

/** cpu_mitigations_auto_nosmt(). */
export function mitigationsAutoNosmt(b: Boot): boolean {
  return b.shared('cpu_mitigations') === 'auto,nosmt';
}

/** cpu_attack_vector_mitigated(). */
export function vectorMitigated(b: Boot, vector: AttackVector): boolean {
  return b.shared(`attack_vector_${vector}`) === true;
}

/** smt_mitigations of 7.2: off, auto or on. */
export function smtMitigations(b: Boot): 'off' | 'auto' | 'on' {
  return b.shared('smt_mitigations') as 'off' | 'auto' | 'on';
}

const ANY: readonly AttackVector[] = VECTORS;
const NEEDS: Readonly<Record<string, readonly AttackVector[]>> = {
  SPECTRE_V1: ['user_kernel'],
  SPECTRE_V2: ['user_kernel', 'guest_host'],
  RETBLEED: ['user_kernel', 'guest_host'],
  L1TF: ['user_kernel', 'guest_host'],
  ITS: ['user_kernel', 'guest_host'],
  SPECTRE_V2_USER: ['user_user', 'guest_guest'],
  MDS: ANY,
  TAA: ANY,
  MMIO_STALE_DATA: ANY,
  RFDS: ANY,
  SRBDS: ANY,
  GDS: ANY,
  SPEC_STORE_BYPASS: ['user_user'],
  VMSCAPE: ['guest_host'],
};

/** should_mitigate_vuln() of 7.2: one of the attack vectors that this bug opens is to be closed (cpu/bugs.c). */
export function shouldMitigate(b: Boot, bug: string): boolean {
  if ((NEEDS[bug] ?? []).some((vector) => vectorMitigated(b, vector))) return true;
  // GDS also crosses threads, so the SMT switch alone keeps it on.
  return bug === 'GDS' && smtMitigations(b) !== 'off';
}
