import type { Problem } from '../base/problem.ts';
import { checkBlob } from './check-blob.ts';
import { checkProfile } from './check-profile.ts';
import { checkScenario } from './check-scenario.ts';
import { asProblem, describeValue } from './describe.ts';
import type { Finding } from './finding.ts';
import { fromAjv, type SchemaError } from './from-ajv.ts';
import * as blob from './generated/blob.ts';
import * as blobList from './generated/blob-list.ts';
import * as diff from './generated/diff.ts';
import * as evaluation from './generated/eval.ts';
import * as profile from './generated/profile.ts';
import * as run from './generated/run.ts';
import * as scenario from './generated/scenario.ts';
import { field } from './loose.ts';

/** More than this in one file helps nobody; the last problem then says how many more there are. */
const MOST_PROBLEMS = 100;

interface Validator {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

interface Generated {
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

function validator(name: string, generated: Generated, check: (value: unknown) => Finding[] = () => []): (value: unknown) => Problem[] {
  const validate = generated.validate as Validator;
  return (value) => {
    const other = otherKind(name, value);
    if (other) return [asProblem(other)];
    const errors = validate(value) ? [] : (validate.errors ?? []);
    const findings = errors.flatMap((error) => fromAjv(value, error, generated.words) ?? []);
    return limited([...findings, ...check(value)]);
  };
}

/**
 * Validators by the name of the schema. Each takes any value and returns every problem of it, none when it is valid;
 * paths are JSON paths, `file` is the caller's to add. They never throw.
 */
export const validators = {
  profile: validator('profile', profile, checkProfile),
  blob: validator('blob', blob, checkBlob),
  scenario: validator('scenario', scenario, checkScenario),
  eval: validator('eval', evaluation),
  diff: validator('diff', diff),
  run: validator('run', run),
  'blob-list': validator('blob-list', blobList),
} as const;

/** @returns every problem of a profile: its form, registers that are too wide, leaves and MSRs that stand twice. */
export const validateProfile = validators.profile;

/** @returns every problem of a blob descriptor: its form, and effects that contradict each other. */
export const validateBlob = validators.blob;

/** @returns every problem of a scenario, and of a profile or descriptor inside it. */
export const validateScenario = validators.scenario;
