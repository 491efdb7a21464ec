import { assembleProfile } from './core/assemble.ts';
import { importFileByFile } from './core/file-by-file.ts';
import { asList, asObject, jsonDocuments } from './core/json-documents.ts';
import { type CpuDump, type Registers, rowKey } from './core/machine.ts';
import type { ProblemList } from './core/problems.ts';
import { propertyLookup, REBUILT_NOTE, rebuildCpu, unknownNamesNote } from './core/rebuild.ts';
import { headOf, textOf } from './core/text.ts';
import type { Importer, ImportFile } from './types.ts';

type Json = Readonly<Record<string, unknown>>;
type Profile = ReturnType<typeof assembleProfile>;

/** Paravirtual properties are no CPUID features, but of the leaves that QEMU itself adds. */
const NO_FEATURE =
  /^(kvm|hv|xen|x)[-_]|^(realized|hotplug|hotpluggable|check|enforce|migratable|host-phys-bits|hypervisor-|pmu$|l3-cache|legacy-|full-|fill-|cpuid-0xb|tcg-cpuid|vmware-)/;

const whole = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff ? value : undefined;
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** 0xffffffff in `level` means: whatever the features need, so min-level says it. */
function levelOf(props: Json, name: string): number | undefined {
  const level = whole(props[name]);
  const least = whole(props[`min-${name}`]) ?? 0;
  const most = Math.max(level === 0xffff_ffff ? 0 : (level ?? 0), least);
  return most > 0 ? most : undefined;
}

function fromProps(model: Json, file: ImportFile, problems: ProblemList): Profile[] {
  const props = asObject(model.props);
  const modelName = text(model.name) ?? 'unnamed';
  if (!props) {
    problems.add('field-missing', '$.return.model.props', 'an object of CPU properties', 'none');
    return [];
  }
  const lookup = propertyLookup('qemu');
  const on = Object.entries(props).flatMap(([name, value]) => (value === true ? [name] : []));
  const unknown = on.filter((name) => lookup.refs(name).length === 0 && !NO_FEATURE.test(name));
  const vendor = text(props.vendor);
  if (vendor === undefined) problems.add('field-missing', '$.return.model.props.vendor', 'the vendor: a full expansion of an x86 model', 'none');
  const optional = (key: string, value: number | string | undefined): Record<string, number | string> => (value === undefined ? {} : { [key]: value });
  const cpu = rebuildCpu({
    cpu: 0,
    line: 1,
    vendor: vendor ?? '',
    refs: on.flatMap((name) => lookup.refs(name)),
    nameable: Object.entries(props).flatMap(([name, value]) => (typeof value === 'boolean' ? lookup.refs(name) : [])),
    ...optional('family', whole(props.family)),
    ...optional('model', whole(props.model)),
    ...optional('stepping', whole(props.stepping)),
    ...optional('level', levelOf(props, 'level')),
    ...optional('extendedLevel', levelOf(props, 'xlevel')),
    ...optional('brand', text(props['model-id'])?.trim()),
    ...optional('physicalBits', whole(props['phys-bits'])),
  });
  const notes = [
    `QEMU's model ${modelName.slice(0, 60)}: what a guest is shown, not what the CPU answers`,
    REBUILT_NOTE,
    ...unknownNamesNote(unknown, 'properties'),
  ];
  return [finish(cpu, file, notes)];
}

function finish(cpu: CpuDump, file: ImportFile, notes: readonly string[]): Profile {
  return assembleProfile({ cpus: [cpu], msrs: new Map() }, { format: 'qemu', name: file.name, notes, partial: true });
}

/** Before QEMU 2.9: `qom-get feature-words`, and replies with family, model, stepping and model-id behind it. */
function fromFeatureWords(words: readonly unknown[], documents: readonly Json[], file: ImportFile, problems: ProblemList): Profile {
  const reply = (id: string): unknown => documents.find((document) => document.id === id)?.return;
  const cpu = rebuildCpu({
    cpu: 0,
    line: 1,
    vendor: '',
    refs: [],
    family: whole(reply('family')) ?? 0,
    model: whole(reply('model')) ?? 0,
    stepping: whole(reply('stepping')) ?? 0,
    ...(text(reply('model-id')) ? { brand: text(reply('model-id')) as string } : {}),
  });
  const known = new Map<string, Registers>(cpu.known?.rows);
  for (const [index, item] of words.entries()) {
    const word = asObject(item) ?? {};
    const leaf = whole(word['cpuid-input-eax']);
    const register = typeof word['cpuid-register'] === 'string' ? word['cpuid-register'].toLowerCase() : '';
    const value = whole(word.features);
    if (leaf === undefined || value === undefined || !/^e[abcd]x$/.test(register)) {
      problems.add('bad-feature-word', `$.return[${index}]`, 'cpuid-register, cpuid-input-eax and features', JSON.stringify(item) ?? '');
      continue;
    }
    const subleaf = whole(word['cpuid-input-ecx']) ?? 0;
    const row = cpu.rows.get(rowKey(leaf, subleaf)) ?? { leaf, subleaf, eax: 0, ebx: 0, ecx: 0, edx: 0 };
    cpu.rows.set(rowKey(leaf, subleaf), { ...row, [register]: value });
    const mask = known.get(rowKey(leaf, subleaf)) ?? { leaf, subleaf, eax: 0, ebx: 0, ecx: 0, edx: 0 };
    known.set(rowKey(leaf, subleaf), { ...mask, [register]: 0xffff_ffff });
  }
  return finish({ ...cpu, known: { rows: known, msrs: new Map() } }, file, [
    "QEMU's feature words: only the registers that hold features are known, and the vendor is not",
  ]);
}

function importFile(file: ImportFile, problems: ProblemList): Profile[] {
  const documents = jsonDocuments(textOf(file), problems)
    .map(asObject)
    .filter((document): document is Json => document !== null);
  const profiles: Profile[] = [];
  for (const document of documents) {
    const model = asObject(asObject(document.return ?? document)?.model);
    if (model) profiles.push(...fromProps(model, file, problems));
    else if (asObject(asList(document.return)[0])?.['cpuid-register'] !== undefined)
      profiles.push(fromFeatureWords(asList(document.return), documents, file, problems));
    else if (asObject(document.error)) problems.add('query-failed', '$.error', 'an answer', JSON.stringify(document.error));
  }
  if (profiles.length === 0 && problems.list().length === 0)
    problems.add('no-registers', '$', 'an answer of query-cpu-model-expansion: { "return": { "model": { "props": {} } } }', 'none');
  return profiles;
}

/** QMP answers of `query-cpu-model-expansion`, several in one file too; older ones of `qom-get feature-words`. */
export const qemuJson: Importer = {
  id: 'qemu',
  title: 'QEMU query-cpu-model-expansion JSON',
  detect: (input) => {
    const head = input.files[0] ? headOf(input.files[0]) : '';
    if (!/^\s{0,1000}\{/.test(head)) return 0;
    return (/"model"\s{0,20}:/.test(head) && /"props"\s{0,20}:/.test(head)) || /"cpuid-input-eax"/.test(head) ? 0.9 : 0;
  },
  import: (input) =>
    importFileByFile(input, importFile, [
      'CPUID bits that QEMU has no property for',
      'MSR values other than feature MSRs',
      'the microcode revision',
      'the platform id',
      'kernel and command line',
    ]),
};
