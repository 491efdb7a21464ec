import * as blobList from './generated/blob-list.ts';
import * as diff from './generated/diff.ts';
import * as evaluation from './generated/eval.ts';
import * as run from './generated/run.ts';
import { validateBlob } from './validate-blob.ts';
import { validateProfile } from './validate-profile.ts';
import { validateScenario } from './validate-scenario.ts';
import { validator } from './validator.ts';

/** Validators by the name of the schema. Who needs one of them imports that one: together they are a third of the program. */
export const validators = {
  profile: validateProfile,
  blob: validateBlob,
  scenario: validateScenario,
  eval: validator('eval', evaluation),
  diff: validator('diff', diff),
  run: validator('run', run),
  'blob-list': validator('blob-list', blobList),
} as const;
