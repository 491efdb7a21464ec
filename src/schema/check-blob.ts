import type { Finding, Steps } from './finding.ts';
import { field, itemsOf, looseHex64, textOf } from './loose.ts';

const VARIANTS = ['bit', 'msr', 'register', 'behaviour'];
const CPUID_BIT = /^cpuid:([0-9a-fA-F]{1,8})\.([0-9a-fA-F]{1,8})\.(e[abcd]x)(?:\[([0-9]{1,2})\])?$/;
const MSR_BIT = /^msr:([0-9a-fA-F]{1,8})\[([0-9]{1,2})\]$/;

/** One thing that an effect says: about a bit of a register, a whole register, or whether an MSR is there. */
interface Claim {
  readonly index: number;
  /** The register in one spelling: `cpuid:7.0.edx`, `msr:10a`. */
  readonly register: string;
  /** Bits that the effect decides, and what it makes them. */
  readonly mask: bigint;
  readonly value: bigint;
  /** false: the MSR faults afterwards. */
  readonly exists: boolean;
  readonly when: string | null;
}

function number(digits: string | undefined): string {
  return Number.parseInt(digits ?? '0', 16).toString(16);
}

/** @returns register and bit of a reference in one spelling, or null when the schema has refused it already. */
function parseRef(text: string | null): { register: string; bit: number } | null {
  const cpuid = CPUID_BIT.exec(text ?? '');
  if (cpuid) return { register: `cpuid:${number(cpuid[1])}.${number(cpuid[2])}.${cpuid[3]}`, bit: Number(cpuid[4] ?? 0) };
  const msr = MSR_BIT.exec(text ?? '');
  return msr ? { register: `msr:${number(msr[1])}`, bit: Number(msr[2]) } : null;
}

const ALL = (1n << 64n) - 1n;

/** @returns what an effect claims, or null when it claims nothing about a bit. */
function claimOf(effect: unknown, index: number): Claim | null {
  const when = textOf(field(effect, 'when'));
  const base = { index, when, exists: true };
  const ref = parseRef(textOf(field(effect, 'bit')));
  if (ref) {
    const mask = 1n << BigInt(ref.bit);
    return { ...base, register: ref.register, mask, value: field(effect, 'change') === 'set' ? mask : 0n };
  }
  const value = looseHex64(field(effect, 'value'));
  const register = parseRef(textOf(field(effect, 'register')));
  if (register) return value === null ? null : { ...base, register: register.register, mask: ALL, value };
  const msr = looseHex64(field(effect, 'msr'));
  if (msr === null) return null;
  const exists = field(effect, 'exists') !== false;
  return { ...base, register: `msr:${msr.toString(16)}`, mask: value === null ? 0n : ALL, value: value ?? 0n, exists };
}

/** Claims for different times do not meet: at the load one thing, after the next reset another. */
function meet(a: Claim, b: Claim): boolean {
  return a.when === null || b.when === null || a.when === b.when;
}

/** @returns in words what two claims about one register disagree on, or null. */
function quarrel(a: Claim, b: Claim): string | null {
  if (a.exists !== b.exists) return `${a.register} exists and does not`;
  const bits = a.mask & b.mask & (a.value ^ b.value);
  if (bits === 0n) return null;
  const first = bits.toString(2).length - 1;
  return a.mask === ALL && b.mask === ALL
    ? `${a.register} = 0x${a.value.toString(16)} and 0x${b.value.toString(16)}`
    : `${a.register}[${first}] set and cleared`;
}

/** Each later effect is held against the earlier ones on its register; the first quarrel is its problem. */
function contradictions(effects: readonly unknown[], steps: Steps): Finding[] {
  const byRegister = new Map<string, Claim[]>();
  const findings: Finding[] = [];
  for (const [index, effect] of effects.entries()) {
    const claim = claimOf(effect, index);
    if (claim === null) continue;
    const earlier = byRegister.get(claim.register) ?? [];
    const opponent = earlier.find((other) => meet(other, claim) && quarrel(other, claim) !== null);
    if (opponent === undefined) {
      byRegister.set(claim.register, [...earlier, claim].slice(-128));
    } else {
      findings.push({
        code: 'contradiction',
        steps: [...steps, index],
        expected: `no contradiction to effects[${opponent.index}]`,
        got: quarrel(opponent, claim) ?? '',
      });
    }
  }
  return findings;
}

/** An effect that is two variants at once, says nothing, or gives a value to an MSR that it takes away. */
function misshapen(effect: unknown, steps: Steps): Finding[] {
  const keys = VARIANTS.filter((key) => field(effect, key) !== undefined);
  if (keys.length > 1) return [{ code: 'ambiguous-variant', steps, expected: `one of the keys ${VARIANTS.join(', ')}`, got: keys.join(' and ') }];
  if (keys[0] !== 'msr') return [];
  const facts = ['exists', 'value', 'writable'].filter((key) => field(effect, key) !== undefined);
  if (facts.length === 0) return [{ code: 'empty-effect', steps, expected: 'exists, value or writable beside msr', got: 'none of them' }];
  if (field(effect, 'exists') === false && facts.length > 1) {
    return [{ code: 'contradiction', steps, expected: 'no value or writable for an MSR that does not exist', got: facts.slice(1).join(' and ') }];
  }
  return [];
}

/**
 * What a schema cannot say about a descriptor: effects that contradict each other or themselves.
 * @param blob any value; parts of a wrong type are left to the schema
 * @param steps where the descriptor stands in its document
 */
export function checkBlob(blob: unknown, steps: Steps = []): Finding[] {
  const effects = itemsOf(field(blob, 'effects'));
  const here = [...steps, 'effects'];
  const shapes = effects.map((effect, index) => misshapen(effect, [...here, index]));
  // An effect that is wrong in itself is no party to a quarrel: one mistake, one problem.
  const sound = effects.map((effect, index) => (shapes[index]?.length ? null : effect));
  return [...shapes.flat(), ...contradictions(sound, here)];
}
