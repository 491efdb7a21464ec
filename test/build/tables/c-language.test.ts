import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { evaluate } from '../../../src/build/tables/c-evaluate.ts';
import { expand, type Macro, parseDefine } from '../../../src/build/tables/c-macros.ts';
import { enumerators, functionBody, initializer, preprocess, rows } from '../../../src/build/tables/c-source.ts';
import { join, stripComments, tokenize } from '../../../src/build/tables/c-tokens.ts';

function expanded(text: string, ...defines: string[]): string {
  const macros = new Map(defines.map((line) => parseDefine(line)).filter((define): define is [string, Macro] => define !== null));
  return join(expand(tokenize(text), macros));
}

test('macros expand as in C', () => {
  const cases: readonly (readonly [text: string, defines: readonly string[], result: string])[] = [
    ['A', ['A B', 'B 3'], '3'],
    ['F(3DNOW)', ['F feature_bit', 'feature_bit(name) BIT_##name'], 'BIT_3DNOW'],
    ['F ( X )', ['F(a) a + a', 'X 1'], '1 + 1'],
    ['F', ['F(a) a'], 'F'],
    ['SELF', ['SELF SELF + 1'], 'SELF + 1'],
    ['PING', ['PING PONG', 'PONG PING'], 'PING'],
    ['V(a, (b, c))', ['V(x, y) y x'], '( b , c ) a'],
    ['LIST(1, 2, 3)', ['LIST(first, ...) { first , __VA_ARGS__ }'], '{ 1 , 2 , 3 }'],
    ['S(a b)', ['S(x) #x'], '"a b"'],
    ['JOIN(X, Y)', ['JOIN(a, b) a##b', 'X 1', 'XY done'], 'done'],
    ['OUTER(INNER(2))', ['OUTER(x) x * x', 'INNER(y) ( y )'], '( 2 ) * ( 2 )'],
  ];
  for (const [text, defines, result] of cases) assert.equal(expanded(text, ...defines), result, text);
});

test('constant expressions', () => {
  const cases: readonly (readonly [text: string, value: number | null])[] = [
    ['( 9*32+ 5)', 293],
    ['(1 << 3) | 1', 9],
    ['0x0A00107Au', 0x0a00107a],
    ['(unsigned long) 0x10', 16],
    ['010', 8],
    ['~0 & 0xff', 255],
    ['-1 < 0 && 1', 1],
    ['2 + 3 * 4 == 14', 1],
    ['1 +', null],
    ['(1', null],
    ['1 2', null],
    ['&freq', null],
    ['NAME', null],
    ['1 / 0', null],
    ['', null],
  ];
  for (const [text, value] of cases) assert.equal(evaluate(text), value, text);
});

test('arithmetic agrees with the language of this program', () => {
  const leaf = fc.nat({ max: 1 << 20 }).map((n) => ({ text: String(n), value: BigInt(n) }));
  type Expression = { text: string; value: bigint };
  const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.tuple(tie('expression'), fc.constantFrom('+', '-', '*', '&', '|', '^'), tie('expression')).map(([a, operator, b]): Expression => {
        const value = {
          '+': a.value + b.value,
          '-': a.value - b.value,
          '*': a.value * b.value,
          '&': a.value & b.value,
          '|': a.value | b.value,
          '^': a.value ^ b.value,
        };
        return { text: `(${a.text} ${operator} ${b.text})`, value: value[operator as '+'] };
      }),
    ),
  }));
  fc.assert(fc.property(expression, ({ text, value }) => assert.equal(evaluate(text), Number(value))));
});

test('nothing written as C hangs or throws in the readers', () => {
  const pieces = fc.constantFrom(
    '#define A(x) x##x',
    '#if A',
    '#ifdef CONFIG_X',
    '#else',
    '#endif',
    '{',
    '}',
    '(',
    ')',
    'A(',
    'A',
    '"',
    "'",
    '/*',
    '*/',
    '//',
    '\\\n',
    ',',
    'enum e {',
    '=',
    'a[] =',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      const source = preprocess(parts.join(' '));
      expand(tokenize(source.text), source.macros);
      assert.ok(Array.isArray(enumerators(source, 'e')));
      assert.ok(functionBody(source, 'a') === null || typeof functionBody(source, 'a') === 'string');
      assert.ok(rows(source, 'a') === null || Array.isArray(rows(source, 'a')));
    }),
  );
});

test('comments go, strings and line numbers stay', () => {
  assert.equal(stripComments('a /* b\nc */ d // e\n"/* f */"'), 'a  \n d  \n"/* f */"');
});

test('conditionals: a 64-bit kernel with every option on', () => {
  const source = preprocess(
    [
      '#ifdef CONFIG_X86_32',
      'thirtytwo',
      '#elif defined(CONFIG_SMP) && !defined(NOWHERE)',
      'smp',
      '#else',
      'none',
      '#endif',
      '#ifndef GUARD',
      '#define GUARD 7',
      '#endif',
      '#if GUARD == 7',
      'seven',
      '#endif',
      '#undef GUARD',
    ].join('\n'),
  );
  assert.deepEqual(source.text.split('\n'), ['smp', 'seven']);
  assert.equal(source.macros.has('GUARD'), false);
});

test('arrays, functions and enums are found', () => {
  const source = preprocess(
    'enum e { A, B = 5, C };\nstatic const struct t list[] __init = {\n\t{ 1, 2 },\n\tX(3),\n\t{},\n};\nint f(int a)\n{\n\tif (a) { return 1; }\n\treturn 2;\n}\nint g(void);\n',
  );
  assert.deepEqual(enumerators(source, 'e'), [
    ['A', 0],
    ['B', 5],
    ['C', 6],
  ]);
  assert.deepEqual(rows(source, 'list')?.map(join), ['{ 1 , 2 }', 'X ( 3 )']);
  assert.equal(functionBody(source, 'f')?.replace(/\s+/g, ' '), ' if (a) { return 1; } return 2; ');
  assert.equal(functionBody(source, 'g'), null);
  assert.equal(initializer(source, 'absent'), null);
});
