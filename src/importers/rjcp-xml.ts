import type { Collector } from './core/collector.ts';
import type { ProblemList } from './core/problems.ts';
import { importRegisters, type RegisterFormat } from './core/register-dump.ts';
import { headOf } from './core/text.ts';
import { looksLikeXml, type XmlOpen, xmlTokens } from './core/xml.ts';
import type { Importer } from './types.ts';

const WORD = /^\s*(?:0x)?[0-9a-f]{1,8}\s*$/i;
const word = (text: string | undefined): number => Number.parseInt((text ?? '').trim().replace(/^0x/i, ''), 16);

/** Files converted from dumps that do not name subleaves have the same ecx in every row of a leaf: those count up. */
function subleafOf(leaf: number, ecx: number, seen: Set<string>): number | null {
  const key = `${leaf} ${ecx}`;
  const repeated = seen.has(key);
  seen.add(key);
  return repeated ? null : ecx;
}

function readRegister(element: XmlOpen, text: string, seen: Set<string>, into: Collector, problems: ProblemList): void {
  const leaf = element.attributes.get('eax') ?? '';
  const subleaf = element.attributes.get('ecx') ?? '0';
  const words = text.split(',');
  if (words.length !== 4 || ![leaf, subleaf, ...words].every((part) => WORD.test(part))) {
    problems.at('damaged-row', element.line, '<register eax="00000007" ecx="00000000">four words of eight hex digits</register>', `${leaf} ${subleaf} ${text}`);
    return;
  }
  const place = subleafOf(word(leaf), word(subleaf), seen);
  into.row(word(leaf), place, { eax: word(words[0]), ebx: word(words[1]), ecx: word(words[2]), edx: word(words[3]) }, element.line);
}

function read(text: string, into: Collector, problems: ProblemList): void {
  let processor = 0;
  let open: XmlOpen | null = null;
  let content = '';
  let seen = new Set<string>();
  for (const token of xmlTokens(text, problems)) {
    if (token.kind === 'open' && token.name === 'processor') {
      into.heading(processor);
      processor += 1;
      seen = new Set();
    } else if (token.kind === 'open' && token.name === 'register') {
      open = token;
      content = '';
    } else if (token.kind === 'text' && open) content += token.text;
    else if (token.kind === 'close' && token.name === 'register' && open) {
      readRegister(open, content, seen, into, problems);
      open = null;
    }
  }
}

const format: RegisterFormat = {
  id: 'rjcp',
  rowText: 'elements like <register eax="00000007" ecx="00000000">00000000,00000000,00000000,00000000</register>',
  cannotCarry: ['MSR values', 'the microcode revision', 'the platform id', 'kernel and command line'],
  read,
};

/** XML of RJCP.DLL.CpuId: `<register>` elements inside one `<processor>` for each CPU. */
export const rjcpXml: Importer = {
  id: 'rjcp',
  title: 'RJCP CpuId XML',
  detect: (input) => {
    const head = input.files[0] ? headOf(input.files[0]) : '';
    return looksLikeXml(head) && /<register\s[^>]{0,200}\beax\s*=/.test(head) ? 0.95 : 0;
  },
  import: (input) => importRegisters(format, input),
};
