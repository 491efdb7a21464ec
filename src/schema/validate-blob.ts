import { checkBlob } from './check-blob.ts';
import * as generated from './generated/blob.ts';
import { validator } from './validator.ts';

/** @returns every problem of a blob descriptor: its form, and effects that contradict each other. */
export const validateBlob = validator('blob', generated, checkBlob);
