import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { validatorSource } from '../../src/build/generate-validators.ts';
import { schemas } from '../../src/schema/schemas.ts';
import { validators } from '../../src/schema/validate.ts';
import { validateBlob } from '../../src/schema/validate-blob.ts';
import { validateProfile } from '../../src/schema/validate-profile.ts';
import { put, sampleBlob, sampleProfile } from './samples.ts';

const generated = join(import.meta.dirname, '../../src/schema/generated');

for (const [name, schema] of Object.entries(schemas)) {
  test(`${name}: a JSON Schema 2020-12 that refers to nothing outside itself`, () => {
    assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
    const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true });
    assert.equal(ajv.validateSchema(schema), true);
    assert.doesNotThrow(() => ajv.compile(schema));
    for (const [, target] of JSON.stringify(schema).matchAll(/"\$ref":"([^"]*)"/g)) assert.match(target ?? '', /^#\/\$defs\/\w+$/);
  });
}

test('there is a validator for every schema, and its code is that of the schema', () => {
  assert.deepEqual(Object.keys(validators).sort(), Object.keys(schemas).sort());
  const files = readdirSync(generated).sort();
  assert.deepEqual(
    files,
    Object.keys(schemas)
      .map((name) => `${name}.ts`)
      .sort(),
  );
  for (const [name, schema] of Object.entries(schemas)) assert.equal(readFileSync(join(generated, `${name}.ts`), 'utf8'), validatorSource(schema), name);
});

test('generated validators require nothing', () => {
  for (const file of readdirSync(generated)) assert.doesNotMatch(readFileSync(join(generated, file), 'utf8'), /\brequire\(|\bimport\b/, file);
});

test('a schema with a length keyword, whose code would require a module, is refused by the build', () => {
  const schema = { ...schemas.profile, properties: { id: { type: 'string', minLength: 1 } }, required: [] };
  assert.throws(() => validatorSource(schema), /requires a run-time module/);
});

test('the validators agree with the published schemas', () => {
  const ajv = new Ajv2020({ strict: false });
  const isProfile = ajv.compile(schemas.profile);
  const isBlob = ajv.compile(schemas.blob);
  const profileKey = fc.constantFrom(...Object.keys(sampleProfile()));
  const blobKey = fc.constantFrom(...Object.keys(sampleBlob()));
  /** What only our own checks know is left out of the comparison. */
  const bySchema = (problems: readonly { code: string }[]): boolean =>
    problems.some(({ code }) => !/duplicate|contradiction|ambiguous|empty-effect/.test(code));
  fc.assert(
    fc.property(profileKey, fc.option(fc.jsonValue(), { nil: undefined }), (key, value) => {
      const profile = put(sampleProfile(), [key], value);
      assert.equal(!bySchema(validateProfile(profile)), isProfile(profile), JSON.stringify({ key, value }));
    }),
  );
  fc.assert(
    fc.property(blobKey, fc.option(fc.jsonValue(), { nil: undefined }), (key, value) => {
      const blob = put(sampleBlob(), [key], value);
      assert.equal(!bySchema(validateBlob(blob)), isBlob(blob), JSON.stringify({ key, value }));
    }),
  );
});
