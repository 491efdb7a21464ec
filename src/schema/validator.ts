import type { Problem } from '../base/problem.ts';
import { asProblem, describeValue } from './describe.ts';
import type { Finding } from './finding.ts';
import { fromAjv, type SchemaError } from './from-ajv.ts';
import { field } from './loose.ts';

/** More than this in one file helps nobody; the last problem then says how many more there are. */
const MOST_PROBLEMS = 100;

interface Validator {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

export interface Generated {
  readonly validate: unknown;
  readonly words: Readonly<Record<string, string>>;
}

/** @returns the first problems and, when there are more, one that counts the rest. */
function limited(findings: readonly Finding[]): Problem[] {
  const problems = findings.slice(0, MOST_PROBLEMS).map(asProblem);
  const more = findings.length - problems.length;
  if (more === 0) return problems;
  return [...problems, { code: 'more-problems', path: '$', expected: `at most ${MOST_PROBLEMS} problems`, got: `${more} more` }];
}

/** A document of another kind or version has one mistake, not one for each key that it lacks. */
function otherKind(name: string, value: unknown): Finding | null {
  const wanted = `cpueval/${name}/1`;
  const schema = field(value, 'schema');
  if (typeof schema !== 'string' || schema === wanted || !schema.startsWith('cpueval/')) return null;
  return { code: 'wrong-value', steps: ['schema'], expected: describeValue(wanted), got: describeValue(schema) };
}

/**
 * @param name of the schema
 * @param generated its validator as ajv compiled it
 * @param check what a schema cannot say
 * @returns a function that takes any value and returns every problem of it, none when it is valid; it never throws. Paths are JSON paths, `file` is
 *   the caller's to add
 */
export function validator(name: string, generated: Generated, check: (value: unknown) => Finding[] = () => []): (value: unknown) => Problem[] {
  const validate = generated.validate as Validator;
  return (value) => {
    const other = otherKind(name, value);
    if (other) return [asProblem(other)];
    const errors = validate(value) ? [] : (validate.errors ?? []);
    const findings = errors.flatMap((error) => fromAjv(value, error, generated.words) ?? []);
    return limited([...findings, ...check(value)]);
  };
}
