import type { KvmBitKind, KvmTables, KvmWord } from '../../data/kernels/types.ts';
import { evaluate } from './c-evaluate.ts';
import { expand, type Macro } from './c-macros.ts';
import { enumerators, functionBody, preprocess, type ReadSource } from './c-source.ts';
import { bracketed, join, splitTop, type Token, tokenize } from './c-tokens.ts';
import { needed } from './extract-features.ts';
import { extractKvmParameters } from './extract-kvm-parameters.ts';
import { leafOfWord } from './extract-words.ts';

const KINDS: Readonly<Record<string, KvmBitKind>> = {
  F: 'F',
  SF: 'SCATTERED_F',
  SCATTERED_F: 'SCATTERED_F',
  SYNTHESIZED_F: 'SYNTHESIZED_F',
  PASSTHROUGH_F: 'PASSTHROUGH_F',
  ALIASED_1_EDX_F: 'ALIASED_1_EDX_F',
  EMULATED_F: 'EMULATED_F',
  VENDOR_F: 'VENDOR_F',
  RUNTIME_F: 'RUNTIME_F',
  X86_64_F: 'X86_64_F',
};

/** Leaves that KVM_GET_SUPPORTED_CPUID tells by subleaf: their registers carry it in the name, 0 too. */
const INDEXED = new Set([0x7, 0xd, 0x12, 0x1e, 0x24]);

interface Names {
  readonly macros: ReadonlyMap<string, Macro>;
  /** Number of a word by its name, KVM-only ones after the kernel's. */
  readonly words: ReadonlyMap<string, number>;
  readonly kernelWords: ReadonlySet<string>;
}

/**
 * Reads the masks of kvm_set_cpu_caps() (7.2: kvm_initialize_cpu_caps()) of kvm/cpuid.c, word by word in its order, and the modules' parameters.
 * What the function sets or clears by condition in between is code and is written in the engine.
 * @param read the kernel tree
 * @param line the kernel line the tables are for
 * @throws when a mask has a part that is no feature
 */
export function extractKvm(read: ReadSource, line: string): KvmTables {
  const source = preprocess(needed(read, 'arch/x86/kvm/cpuid.c'));
  const body = functionBody(source, 'kvm_set_cpu_caps') ?? functionBody(source, 'kvm_initialize_cpu_caps');
  if (body === null) throw new Error('no kvm_set_cpu_caps()');
  const names = namesOf(read, source.macros);
  const locals = new Map([...body.matchAll(/unsigned int (\w+) = (F\(\w+\));/g)].map((hit) => [hit[1] ?? '', tokenize(hit[2] ?? '')]));
  const tokens = tokenize(body);
  return {
    line,
    words: tokens.flatMap((token, at): KvmWord[] => {
      if (!/^kvm_cpu_cap_(?:mask|init|init_kvm_defined)$/.test(token.text)) return [];
      const [name, ...parts] = splitTop(bracketed(tokens, at + 1)?.inner ?? [], ',');
      return [
        word(
          join(name ?? []),
          parts.flatMap((part) => splitTop(part, '|')),
          names,
          locals,
        ),
      ];
    }),
    parameters: extractKvmParameters(read),
  };
}

function namesOf(read: ReadSource, own: ReadonlyMap<string, Macro>): Names {
  const features = preprocess(needed(read, 'arch/x86/include/asm/cpufeatures.h'));
  const reverse = preprocess(needed(read, 'arch/x86/kvm/reverse_cpuid.h'), features.macros);
  const kernel = enumerators(preprocess(needed(read, 'arch/x86/include/asm/cpufeature.h')), 'cpuid_leafs');
  const host = preprocess(read('arch/x86/include/asm/kvm_host.h') ?? '', features.macros);
  const only = [reverse, host].flatMap((source) => enumerators(source, 'kvm_only_cpuid_leafs'));
  const words = new Map([...kernel, ...only]);
  const macros = new Map(reverse.macros);
  for (const [name, macro] of own) if (name.startsWith('KVM_X86_FEATURE')) macros.set(name, macro);
  for (const [name, number] of words) macros.set(name, { params: null, body: [{ text: String(number) }] });
  return { macros, words, kernelWords: new Set(kernel.map(([name]) => name)) };
}

function word(name: string, parts: readonly Token[][], names: Names, locals: ReadonlyMap<string, Token[]>): KvmWord {
  const place = leafOfWord(name);
  if (place === null) throw new Error(`no leaf: ${name}`);
  const [leaf, subleaf, register] = place;
  const bits = parts.flatMap((part) => {
    const tokens = locals.get(part[0]?.text ?? '') ?? part;
    return evaluate(tokens) === 0 ? [] : [maskBit(tokens, name, names)];
  });
  return { register: `${leaf.toString(16)}.${INDEXED.has(leaf) ? `${subleaf}.` : ''}${register}`, kernelDefined: names.kernelWords.has(name), bits };
}

function maskBit(tokens: readonly Token[], wordName: string, names: Names): readonly [string, number, KvmBitKind] {
  const [macro = '', open, feature = ''] = tokens.map((token) => token.text);
  // 6.1 gives some bits of leaf 0x80000021 by number, before they had names, and one by its number in KVM's own list.
  if (macro === 'BIT') return [nameOfBit(wordName, Number(feature), names), Number(feature), 'F'];
  if (macro === '__feature_bit') return [feature.replace(/^(?:KVM_)?X86_FEATURE_/, ''), (number(feature, names) ?? 0) & 31, 'F'];
  const kind = KINDS[macro];
  const bit = number(`KVM_X86_FEATURE_${feature}`, names) ?? number(`X86_FEATURE_${feature}`, names);
  if (kind === undefined || open !== '(' || bit === null) throw new Error(`${wordName}: ${join(tokens)}`);
  // A feature of another word stands for the same bit of this one: leaf 0x80000001 repeats bits of leaf 1.
  return [feature, bit & 31, kind === 'F' && bit >>> 5 !== names.words.get(wordName) ? 'ALIASED_1_EDX_F' : kind];
}

function number(macro: string, names: Names): number | null {
  return names.macros.has(macro) ? evaluate(expand([{ text: macro }], names.macros)) : null;
}

function nameOfBit(wordName: string, bit: number, names: Names): string {
  const wanted = (names.words.get(wordName) ?? 0) * 32 + bit;
  for (const name of names.macros.keys()) if (name.startsWith('X86_FEATURE_') && number(name, names) === wanted) return name.slice('X86_FEATURE_'.length);
  return `BIT_${bit}`;
}
