import { hex } from '../base/hex.ts';
import { assembleProfile } from './core/assemble.ts';
import { importFileByFile } from './core/file-by-file.ts';
import { decimal, knownTopology } from './core/linux-text.ts';
import type { ProblemList } from './core/problems.ts';
import { propertyLookup, REBUILT_NOTE, rebuildCpu, unknownNamesNote } from './core/rebuild.ts';
import { headOf, textOf } from './core/text.ts';
import { looksLikeXml, type XmlOpen, xmlTokens } from './core/xml.ts';
import type { Importer, ImportFile } from './types.ts';

/** What libvirt calls the vendors, and what leaf 0 calls them. */
const VENDORS: Readonly<Record<string, string>> = { Intel: 'GenuineIntel', AMD: 'AuthenticAMD', Hygon: 'HygonGenuine', Zhaoxin: 'CentaurHauls' };
const FEATURE_LIMIT = 2000;

interface Host {
  /** Where the `<cpu>` or `<mode>` stands. */
  readonly line: number;
  readonly features: Set<string>;
  arch?: string;
  model?: string;
  vendor?: string;
  microcode?: number;
  signature?: XmlOpen;
  topology?: XmlOpen;
  domain: boolean;
}

/** The element that describes the host CPU: `<host><cpu>` of capabilities, the host-model `<mode>` of domcapabilities, or a bare `<cpu>`. */
function isHostCpu(token: XmlOpen): boolean {
  const parent = token.path[token.path.length - 1];
  if (token.name === 'cpu') return parent === 'host' || token.path.length === 0;
  return token.name === 'mode' && parent === 'cpu' && token.attributes.get('name') === 'host-model' && token.attributes.get('supported') !== 'no';
}

function addElement(host: Host, token: XmlOpen): void {
  if (token.name === 'feature') {
    const policy = token.attributes.get('policy');
    const name = token.attributes.get('name');
    if (name !== undefined && (policy === undefined || policy === 'require' || policy === 'force') && host.features.size < FEATURE_LIMIT)
      host.features.add(name);
  } else if (token.name === 'microcode') {
    const version = decimal(token.attributes.get('version'));
    if (version !== undefined && version <= 0xffff_ffff) host.microcode = version;
  } else if (token.name === 'signature') host.signature ??= token;
  else if (token.name === 'topology') host.topology ??= token;
}

function readHost(text: string, problems: ProblemList): Host | null {
  let host: Host | null = null;
  let depth = -1;
  for (const token of xmlTokens(text, problems)) {
    if (token.kind === 'open' && host === null && isHostCpu(token)) {
      host = { line: token.line, features: new Set(), domain: token.name === 'mode' };
      depth = token.path.length;
    } else if (host === null || depth < 0) continue;
    else if (token.kind === 'close' && token.path.length === depth) depth = -1;
    else if (token.kind === 'open') addElement(host, token);
    else if (token.kind === 'text') {
      const element = token.path[token.path.length - 1];
      if (element === 'arch' || element === 'model' || element === 'vendor') host[element] ??= token.text.trim();
    }
  }
  return host;
}

function numbers(element: XmlOpen | undefined, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = decimal(element?.attributes.get(name));
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function topologyOf(host: Host): ReturnType<typeof knownTopology> {
  const { sockets, dies, cores, threads } = numbers(host.topology, ['sockets', 'dies', 'cores', 'threads']);
  return knownTopology({ packages: sockets, coresPerPackage: cores === undefined ? undefined : cores * (dies ?? 1), threadsPerCore: threads });
}

function notesOf(host: Host, unknown: readonly string[]): string[] {
  const notes = [REBUILT_NOTE];
  if (host.model) notes.push(`the features of libvirt's model ${host.model.slice(0, 60)} are not in the file: only those listed beside it are known`);
  if (!host.signature) notes.push('family, model and stepping are not in the file');
  if (host.domain) notes.push('the host-model of a guest: what a guest would be given, not what the CPU answers');
  return [...notes, ...unknownNamesNote(unknown, 'features')];
}

function importFile(file: ImportFile, problems: ProblemList): ReturnType<typeof assembleProfile>[] {
  const host = readHost(textOf(file), problems);
  if (!host) {
    if (problems.list().length === 0)
      problems.at('no-registers', 1, 'a host CPU: <host><cpu> of capabilities, or the mode host-model of domcapabilities', 'none');
    return [];
  }
  if (host.arch !== undefined && !/^(x86_64|i686)$/.test(host.arch)) {
    problems.at('not-x86', host.line, 'arch x86_64', host.arch);
    return [];
  }
  if (host.vendor === undefined) problems.at('field-missing', host.line, 'a vendor', 'none');
  const lookup = propertyLookup('libvirt');
  const names = [...host.features];
  const vendor = host.vendor ?? '';
  const cpu = rebuildCpu({
    cpu: 0,
    line: host.line,
    vendor: (Object.hasOwn(VENDORS, vendor) ? VENDORS[vendor] : undefined) ?? vendor,
    refs: names.flatMap((name) => lookup.refs(name)),
    ...numbers(host.signature, ['family', 'model', 'stepping']),
  });
  const topology = topologyOf(host);
  const notes = notesOf(
    host,
    names.filter((name) => lookup.refs(name).length === 0),
  );
  return [
    assembleProfile(
      { cpus: [cpu], msrs: new Map() },
      {
        format: 'virsh',
        name: file.name,
        notes,
        partial: true,
        ...(host.model ? { title: `${vendor} ${host.model}`.trim() } : {}),
        ...(host.microcode === undefined ? {} : { revision: hex(host.microcode) }),
        ...(topology ? { topology } : {}),
      },
    ),
  ];
}

/** Output of `virsh capabilities` and `virsh domcapabilities`, and a host `<cpu>` cut out of them. */
export const virsh: Importer = {
  id: 'virsh',
  title: 'virsh capabilities or domcapabilities XML',
  detect: (input) => {
    const head = input.files[0] ? headOf(input.files[0]) : '';
    if (!looksLikeXml(head)) return 0;
    if (/<(capabilities|domainCapabilities)\b/.test(head)) return 0.95;
    return /<cpu\b/.test(head) && /<(feature|model)\b/.test(head) && !/<cpuid\b/.test(head) ? 0.6 : 0;
  },
  import: (input) =>
    importFileByFile(input, importFile, [
      'the features of the model that libvirt names',
      'registers that are no features',
      'MSR values other than feature MSRs',
      'the platform id',
      'kernel and command line',
      'differences between CPUs',
    ]),
};
