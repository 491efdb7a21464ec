import { type Token, tokenize } from './c-tokens.ts';

type Reader = { readonly tokens: readonly Token[]; at: number };

const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const truth = (value: boolean): bigint => (value ? 1n : 0n);

const BINARY: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '||': (a, b) => truth(a !== 0n || b !== 0n),
  '&&': (a, b) => truth(a !== 0n && b !== 0n),
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<': (a, b) => truth(a < b),
  '>': (a, b) => truth(a > b),
  '<=': (a, b) => truth(a <= b),
  '>=': (a, b) => truth(a >= b),
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

/** Words of a cast: `(unsigned long) x` is x here, since every value of a table fits. */
const TYPE_WORD = /^(?:unsigned|signed|long|int|short|char|u8|u16|u32|u64|kernel_ulong_t|__u16|__u32)$/;

/**
 * Works out a constant integer expression of C.
 * @param expression tokens or text, macros already expanded
 * @returns the value, or null when it is no constant (an identifier is left, a string, a syntax error)
 */
export function evaluate(expression: string | readonly Token[]): number | null {
  const reader: Reader = { tokens: typeof expression === 'string' ? tokenize(expression) : expression, at: 0 };
  const value = binary(reader, 0);
  return value === null || reader.at !== reader.tokens.length ? null : Number(value);
}

function peek(reader: Reader): string {
  return reader.tokens[reader.at]?.text ?? '';
}

function binary(reader: Reader, level: number): bigint | null {
  const operators = LEVELS[level];
  if (operators === undefined) return unary(reader);
  let left = binary(reader, level + 1);
  while (left !== null && operators.includes(peek(reader))) {
    const operator = peek(reader);
    reader.at++;
    const right = binary(reader, level + 1);
    if (right === null || ((operator === '/' || operator === '%') && right === 0n)) return null;
    left = BINARY[operator]?.(left, right) ?? null;
  }
  return left;
}

function unary(reader: Reader): bigint | null {
  const text = peek(reader);
  reader.at++;
  if (text === '(') {
    if (TYPE_WORD.test(peek(reader))) {
      while (TYPE_WORD.test(peek(reader))) reader.at++;
      if (peek(reader) !== ')') return null;
      reader.at++;
      return unary(reader);
    }
    const inner = binary(reader, 0);
    if (inner === null || peek(reader) !== ')') return null;
    reader.at++;
    return inner;
  }
  if (text === '-' || text === '~' || text === '!') {
    const value = unary(reader);
    if (value === null) return null;
    return text === '-' ? -value : text === '~' ? ~value : truth(value === 0n);
  }
  const digits = /^(0[xX][0-9a-fA-F]+|\d+)[uUlL]*$/.exec(text)?.[1];
  if (digits === undefined) return null;
  return BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
}
