import type { BugRow, FeatureRow, VmxRow } from '../../data/kernels/types.ts';
import { evaluate } from './c-evaluate.ts';
import { expand } from './c-macros.ts';
import { preprocess, type ReadSource } from './c-source.ts';
import { tokenize } from './c-tokens.ts';

/** cpufeatures.h and vmxfeatures.h as tables. */
export interface FeatureTables {
  readonly ncapints: number;
  readonly nbugints: number;
  readonly features: readonly FeatureRow[];
  readonly bugs: readonly BugRow[];
  readonly vmxFeatures: readonly VmxRow[];
}

/**
 * Reads every X86_FEATURE_, X86_BUG_ and VMX_FEATURE_ with the name that cpu/mkcapflags.sh gives it.
 * @param read the kernel tree
 * @throws when a header is absent or a bit cannot be worked out: a table that lacks rows must not pass
 */
export function extractFeatures(read: ReadSource): FeatureTables {
  const header = needed(read, 'arch/x86/include/asm/cpufeatures.h');
  const vmxHeader = needed(read, 'arch/x86/include/asm/vmxfeatures.h');
  // Up to 6.1 a feature without a quoted name prints its macro's, and `""` hides it; later only quoted ones print.
  const unquotedPrints = /\$NAME\\?"/.test(needed(read, 'arch/x86/kernel/cpu/mkcapflags.sh').match(/-z "\$VALUE".*/)?.[0] ?? '');
  const constants = preprocess(header).macros;
  const size = (name: string): number => evaluate(expand(tokenize(name), constants)) ?? missing(name);
  const ncapints = size('NCAPINTS');
  const list = (text: string, prefix: string): [string, number, string | null][] => flagRows(text, prefix, unquotedPrints);
  return {
    ncapints,
    nbugints: size('NBUGINTS'),
    features: list(header, 'X86_FEATURE_'),
    bugs: list(header, 'X86_BUG_').map(([name, bit, flag]) => [name, bit - ncapints * 32, flag]),
    vmxFeatures: list(vmxHeader, 'VMX_FEATURE_'),
  };
}

function flagRows(text: string, prefix: string, unquotedPrints: boolean): [string, number, string | null][] {
  const { macros } = preprocess(text);
  const defines = text.matchAll(new RegExp(`^[ \\t]*#[ \\t]*define[ \\t]*${prefix}(\\w+)[ \\t](.*)$`, 'gm'));
  return [...defines].flatMap(([, name = '', rest = '']): [string, number, string | null][] => {
    // X86_BUG_ESPFIX exists on 32-bit kernels only; 6.1 hides its name so that the generated array still compiles.
    if (!macros.has(prefix + name)) return [];
    const bit = evaluate(expand(tokenize(prefix + name), macros)) ?? missing(prefix + name);
    const quoted = /.*\/\* *"([^"]*)".*\*\//.exec(rest)?.[1];
    const flag = quoted ?? (unquotedPrints ? name : '');
    return [[name, bit, flag === '' ? null : flag.toLowerCase()]];
  });
}

function missing(name: string): never {
  throw new Error(`cannot work out ${name}`);
}

/** @returns the file's text. @throws when the tree lacks it */
export function needed(read: ReadSource, path: string): string {
  return read(path) ?? missing(path);
}
