const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/**
 * Writes where a value stands in a JSON document.
 * @param steps keys and indexes from the root downwards
 * @returns `$.cpuid[3].eax`; keys that are no plain word are quoted: `$.msrs["0x10a"]`
 */
export function jsonPath(steps: readonly (string | number)[]): string {
  let path = '$';
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step}]`;
    else path += IDENTIFIER.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  }
  return path;
}
