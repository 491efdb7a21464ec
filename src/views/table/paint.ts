import type { Span, Tone } from '../page/page.ts';

/** SGR codes, on and off: the sixteen colours that every terminal has, so that the user's own palette holds. */
const codes: Readonly<Record<Tone, readonly [string, string] | null>> = {
  plain: null,
  good: ['\u001b[32m', '\u001b[39m'],
  fine: ['\u001b[36m', '\u001b[39m'],
  warn: ['\u001b[33m', '\u001b[39m'],
  bad: ['\u001b[31m', '\u001b[39m'],
  dim: ['\u001b[2m', '\u001b[22m'],
  strong: ['\u001b[1m', '\u001b[22m'],
};

export type Paint = (span: Span) => string;

/** Text as it is. */
const bare: Paint = ({ text }) => text;

const coloured: Paint = ({ text, tone }) => {
  const code = codes[tone];
  return code === null || text === '' ? text : `${code[0]}${text}${code[1]}`;
};

/** @returns how spans become text; layout is done before, so that colour never counts as width. */
export function painter(colour: boolean): Paint {
  return colour ? coloured : bare;
}
