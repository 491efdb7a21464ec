import type { DisabledFeatureRow, Texts } from '../../data/kernels/types.ts';
import { functionBody, initializer, preprocess, type ReadSource } from './c-source.ts';
import { splitTop, tokenize } from './c-tokens.ts';
import { needed } from './extract-features.ts';

const BUGS = 'arch/x86/kernel/cpu/bugs.c';

/**
 * Reads every array of texts of cpu/bugs.c (`mds_strings`, `l1tf_vmx_states`), and under `messages` the texts that
 * are macros (`L1TF_DEFAULT_MSG`).
 * @param read the kernel tree
 * @throws when an entry is not `[CONSTANT] = "text"`
 */
export function extractTexts(read: ReadSource): Readonly<Record<string, Texts>> {
  const source = preprocess(needed(read, BUGS));
  const texts: Record<string, Texts> = {};
  for (const [, name = ''] of source.text.matchAll(/static const char \* ?const (\w+)\[\]/g)) {
    texts[name] = Object.fromEntries(
      splitTop(initializer(source, name) ?? [], ',').map((entry) =>
        designated(
          entry.map((token) => token.text),
          name,
        ),
      ),
    );
  }
  const messages: Record<string, string> = {};
  for (const [name, macro] of source.macros) {
    const words = macro.params === null ? macro.body.map((token) => token.text) : [];
    if (name.endsWith('_MSG') && words.length > 0) messages[name] = literal(words, name);
  }
  return { ...texts, messages };
}

function designated(words: readonly string[], name: string): [string, string] {
  const [open, constant = '', close, equals, ...parts] = words;
  if (open !== '[' || close !== ']' || equals !== '=') throw new Error(`${name}: ${words.join(' ')}`);
  return [constant, literal(parts, name)];
}

/** Adjacent string literals are one text. */
function literal(parts: readonly string[], name: string): string {
  if (parts.length === 0 || parts.some((part) => !part.startsWith('"'))) throw new Error(`${name}: no text: ${parts.join(' ')}`);
  return parts.map((part) => JSON.parse(part) as string).join('');
}

/**
 * Reads the calls of cpu_select_mitigations() (older: check_bugs()) in their order.
 * @returns the names of the functions that select, update or apply a mitigation
 * @throws when the function is absent
 */
export function extractMitigationOrder(read: ReadSource): readonly string[] {
  const source = preprocess(needed(read, BUGS));
  const body = functionBody(source, 'cpu_select_mitigations') ?? functionBody(source, 'check_bugs');
  if (body === null) throw new Error('no cpu_select_mitigations()');
  return [...body.matchAll(/\b(\w+_(?:select|update|apply)_mitigation)\(/g)].map((hit) => hit[1] ?? '');
}

/**
 * Reads which features an option takes out: Kconfig.cpufeatures, or asm/disabled-features.h of older lines. They
 * still show in /proc/cpuinfo; cpu_feature_enabled() is what takes them for absent.
 * @param read the kernel tree
 * @returns the feature and the option that keeps it in; null where a 64-bit kernel never has it
 */
export function extractDisabledFeatures(read: ReadSource): readonly DisabledFeatureRow[] {
  const kconfig = read('arch/x86/Kconfig.cpufeatures');
  if (kconfig === null) return fromHeader(needed(read, 'arch/x86/include/asm/disabled-features.h'));
  return [...kconfig.matchAll(/^config X86_DISABLED_FEATURE_(\w+)\n([^\n]+\n)*?\s+depends on (.+)$/gm)].flatMap(
    ([, feature = '', , condition = '']): DisabledFeatureRow[] => {
      if (!/^!?\w+$/.test(condition)) throw new Error(`${feature}: ${condition} is more than one option`);
      if (condition === '!X86_64' || condition === 'X86_32') return [];
      return [[feature, condition === 'X86_64' ? null : `CONFIG_${condition.replace(/^!/, '')}`]];
    },
  );
}

/** `#ifdef CONFIG_X` / `# define DISABLE_A 0` / `#else` / `# define DISABLE_A (1 << (X86_FEATURE_A & 31))` / `#endif`. */
function fromHeader(header: string): DisabledFeatureRow[] {
  const masked = new Set(
    tokenize([...header.replace(/\\\n/g, ' ').matchAll(/define DISABLED_MASK\d+\s+(.*)/g)].map((hit) => hit[1]).join(' ')).map((token) => token.text),
  );
  return [...header.replace(/\\\n/g, ' ').matchAll(/^#ifdef (CONFIG_\w+)\n((?:(?!#if|#endif)[\s\S])*)#endif/gm)].flatMap(([, option = '', block = '']) => {
    const [then = '', otherwise = ''] = block.split(/^#else.*$/m);
    const always = option === 'CONFIG_X86_64';
    return [...(always ? then : otherwise).matchAll(/define (DISABLE_\w+)\s+(.*)/g)].flatMap(([, name = '', mask = '']) =>
      masked.has(name) ? [...mask.matchAll(/X86_FEATURE_(\w+)/g)].map((hit): DisabledFeatureRow => [hit[1] ?? '', always ? null : option]) : [],
    );
  });
}
