import { checkScenario } from './check-scenario.ts';
import * as generated from './generated/scenario.ts';
import { validator } from './validator.ts';

/** @returns every problem of a scenario, and of a profile or descriptor inside it. */
export const validateScenario = validator('scenario', generated, checkScenario);
