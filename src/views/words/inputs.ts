import { listed } from './word-of.ts';

/** More are counted: a profile rebuilt from names can lack dozens of bits. */
const MOST_NAMED = 4;

/** What the profile does not know, as a person calls it: `msr:10a` is MSR 0x10a. */
function inputWords(ref: string): string {
  if (ref === 'revision') return 'the microcode revision';
  if (ref === 'platformId') return 'the platform id';
  const msr = /^msr:([0-9a-f]+)(?:\[(\d+)\])?$/.exec(ref);
  if (msr) return `MSR 0x${msr[1]}${msr[2] === undefined ? '' : ` bit ${msr[2]}`}`;
  const cpuid = /^cpuid:([0-9a-f]+)\.([0-9a-f]+)\.(e[abcd]x)(?:\[(\d+)\])?$/.exec(ref);
  if (!cpuid) return ref;
  const [, leaf, subleaf, register, bit] = cpuid;
  return `CPUID 0x${leaf}${subleaf === '0' ? '' : `.${subleaf}`} ${register}${bit === undefined ? '' : ` bit ${bit}`}`;
}

/** @returns `MSR 0x10a and the platform id`; of many the first few. */
export function inputsWords(refs: readonly string[]): string {
  const named = refs.slice(0, MOST_NAMED).map(inputWords);
  return listed(refs.length > MOST_NAMED ? [...named, `${refs.length - MOST_NAMED} more`] : named);
}
