import { checkProfile } from './check-profile.ts';
import * as generated from './generated/profile.ts';
import { validator } from './validator.ts';

/** @returns every problem of a profile: its form, registers that are too wide, leaves and MSRs that stand twice. */
export const validateProfile = validator('profile', generated, checkProfile);
