import type { DependencyRow, LevelRow, Register, ScatteredRow, WordRow } from '../../data/kernels/types.ts';
import { evaluate } from './c-evaluate.ts';
import { expand, type Macro } from './c-macros.ts';
import { enumerators, preprocess, type ReadSource, rows } from './c-source.ts';
import { bracketed, splitTop, type Token } from './c-tokens.ts';
import { needed } from './extract-features.ts';

/** What fills the capability words and what empties them again. */
export interface WordTables {
  readonly words: readonly WordRow[];
  readonly scattered: readonly ScatteredRow[];
  readonly dependencies: readonly DependencyRow[];
  readonly levels: readonly LevelRow[];
}

/**
 * Reads `enum cpuid_leafs` with get_cpu_cap(), `cpuid_bits[]` (scattered.c), `cpuid_deps[]` (cpuid-deps.c) and
 * `cpuid_dependent_features[]` (common.c).
 * @param read the kernel tree
 * @throws when a file or a table is absent
 */
export function extractWords(read: ReadSource): WordTables {
  const common = needed(read, 'arch/x86/kernel/cpu/common.c');
  const levelMacros = preprocess(read('arch/x86/include/asm/cpuid/types.h') ?? '').macros;
  const fields = (text: string, table: string, macros: ReadonlyMap<string, Macro>): Token[][][] => structRows(text, table, macros);
  return {
    words: cpuidWords(read, common),
    scattered: fields(needed(read, 'arch/x86/kernel/cpu/scattered.c'), 'cpuid_bits', new Map()).map(([feature, register, bit, leaf, subleaf]) => [
      featureName(feature),
      (register?.[0]?.text ?? '').replace('CPUID_', '').toLowerCase() as Register,
      number(bit),
      number(leaf),
      number(subleaf),
    ]),
    dependencies: fields(needed(read, 'arch/x86/kernel/cpu/cpuid-deps.c'), 'cpuid_deps', new Map()).map(([a, b]) => [featureName(a), featureName(b)]),
    levels: fields(common, 'cpuid_dependent_features', levelMacros).map(([feature, level]) => [featureName(feature), number(level)]),
  };
}

/** `CPUID_8000_0001_EDX` is leaf 0x80000001: a word's name tells its register; get_cpu_cap() says which words it really reads. */
function cpuidWords(read: ReadSource, common: string): WordRow[] {
  const body = preprocess(common).text;
  const filled = new Set([...body.matchAll(/x86_capability\[(CPUID_\w+)\]\s*=[^=]/g)].map((hit) => hit[1]));
  return enumerators(preprocess(needed(read, 'arch/x86/include/asm/cpufeature.h')), 'cpuid_leafs').flatMap(([name, word]): WordRow[] => {
    const place = leafOfWord(name);
    return filled.has(name) && place !== null ? [[word, ...place]] : [];
  });
}

/** @returns leaf, subleaf and register in a name such as `CPUID_7_1_EAX` or `CPUID_8000_0007_EBX`; null for a Linux word */
export function leafOfWord(name: string): readonly [leaf: number, subleaf: number, register: Register] | null {
  const hit = /^CPUID_(?:(8000|8086|C000)_([0-9A-F]{4})|([0-9A-F]+)(?:_([0-9A-F]))?)_(E[ABCD]X)$/.exec(name);
  if (hit === null) return null;
  const register = (hit[5] ?? '').toLowerCase() as Register;
  if (hit[1] !== undefined) return [Number.parseInt(`${hit[1]}${hit[2]}`, 16), 0, register];
  return [Number.parseInt(hit[3] ?? '', 16), Number.parseInt(hit[4] ?? '0', 16), register];
}

function structRows(text: string, table: string, macros: ReadonlyMap<string, Macro>): Token[][][] {
  const source = preprocess(text, macros);
  const list = rows(source, table);
  if (list === null) throw new Error(`no table ${table}`);
  return list
    .map((row) => splitTop(bracketed(row, 0)?.inner ?? [], ',').map((field) => expand(field, source.macros)))
    .filter((row) => row[0]?.[0]?.text !== '0');
}

function featureName(field: readonly Token[] | undefined): string {
  const name = field?.length === 1 ? field[0]?.text : undefined;
  if (!name?.startsWith('X86_FEATURE_')) throw new Error(`no feature: ${name}`);
  return name.slice('X86_FEATURE_'.length);
}

function number(field: readonly Token[] | undefined): number {
  const value = evaluate(field ?? []);
  if (value === null) throw new Error(`no number: ${field?.map((token) => token.text).join(' ')}`);
  return value;
}
