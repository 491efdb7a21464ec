import type { ReadSource } from '../../../src/build/tables/c-source.ts';

/**
 * A kernel tree of a few lines a file, written for these tests in the manner of the real one: every shape that the
 * extractor reads is in it once.
 */
export const fixtureFiles: Readonly<Record<string, string>> = {
  Makefile: 'VERSION = 9\nPATCHLEVEL = 8\nSUBLEVEL = 7\n',
  'arch/x86/kernel/cpu/mkcapflags.sh': '\t\t[ ! "$VALUE" ] && continue\n',
  'arch/x86/include/asm/cpufeatures.h': `
#define NCAPINTS 4 /* words */
#define NBUGINTS 1
#define X86_FEATURE_FPU ( 0*32+ 0) /* "fpu" coprocessor */
#define X86_FEATURE_MD_CLEAR ( 1*32+10) /* "md_clear" VERW clears */
#define X86_FEATURE_HIDDEN ( 1*32+11) /* has "no" name of its own */
#define X86_FEATURE_3DNOW ( 2*32+31) /* "3dnow" */
#define X86_FEATURE_APX ( 3*32+ 5) /* "apx" scattered */
#define X86_FEATURE_AMD_PPIN ( 2*32+ 7) /* "amd_ppin" */
#define X86_BUG(x) (NCAPINTS*32 + (x))
#define X86_BUG_MDS X86_BUG(3) /* "mds" */
#ifdef CONFIG_X86_32
#define X86_BUG_OLD X86_BUG(4) /* "old" */
#endif
`,
  'arch/x86/include/asm/vmxfeatures.h': '#define VMX_FEATURE_EPT ( 2*32+ 1) /* "ept" */\n#define VMX_FEATURE_EXIT ( 1*32+ 7) /* plain */\n',
  'arch/x86/include/asm/cpufeature.h':
    'enum cpuid_leafs\n{\n\tCPUID_1_EDX = 0,\n\tCPUID_7_EDX,\n\tCPUID_8000_0001_EDX,\n\tCPUID_LNX_1,\n\tNR_CPUID_WORDS,\n};\n',
  'arch/x86/include/asm/cpuid/types.h': '#define CPUID_LEAF_XSTATE 0x0d\n',
  'arch/x86/include/asm/processor.h': '#define X86_VENDOR_INTEL 0\n#define X86_VENDOR_AMD 2\n#define X86_VENDOR_NUM 12\n',
  'include/linux/mod_devicetable.h':
    '#define X86_VENDOR_ANY 0xffff\n#define X86_FAMILY_ANY 0\n#define X86_MODEL_ANY 0\n#define X86_STEPPING_ANY 0\n#define X86_FEATURE_ANY 0\n',
  'arch/x86/include/asm/intel-family.h': `
#define IFM(f, m) ((X86_VENDOR_INTEL << 16) | ((f) << 8) | (m))
#define INTEL_TALLLAKE IFM(6, 0x5E) /* comment */
#define INTEL_WIDELAKE IFM(6, 0x55)
enum intel_cpu_type { INTEL_CPU_TYPE_UNKNOWN, INTEL_CPU_TYPE_ATOM = 0x20 };
`,
  'arch/x86/include/asm/cpu_device_id.h': `
#define VFM_MODEL(v) ((v) & 0xff)
#define VFM_FAMILY(v) (((v) >> 8) & 0xff)
#define VFM_VENDOR(v) (((v) >> 16) & 0xff)
#define MATCH(_v, _f, _m, _s, _feat, _data) { \\
	.vendor = _v, .family = _f, .model = _m, .steppings = _s, \\
	.feature = _feat, .driver_data = (unsigned long) _data }
#define MATCH_VFM(vfm, data) MATCH(VFM_VENDOR(vfm), VFM_FAMILY(vfm), VFM_MODEL(vfm), X86_STEPPING_ANY, X86_FEATURE_ANY, data)
#define MATCH_STEPS(vfm, lo, hi, data) MATCH(VFM_VENDOR(vfm), VFM_FAMILY(vfm), VFM_MODEL(vfm), GENMASK(hi, lo), X86_FEATURE_ANY, data)
#define MATCH_FEATURE(feat, data) MATCH(X86_VENDOR_ANY, X86_FAMILY_ANY, X86_MODEL_ANY, X86_STEPPING_ANY, feat, data)
`,
  'arch/x86/kernel/cpu/common.c': `
static const struct x86_cpu_id ppin_cpuids[] = {
	MATCH_FEATURE(X86_FEATURE_AMD_PPIN, &ppin_info[X86_VENDOR_AMD]),
	{}
};
static const struct cpuid_dependent_feature
cpuid_dependent_features[] = {
	{ X86_FEATURE_APX, CPUID_LEAF_XSTATE },
	{ 0, 0 }
};
void get_cpu_cap(struct cpuinfo_x86 *c)
{
	c->x86_capability[CPUID_1_EDX] = edx;
	c->x86_capability[CPUID_7_EDX] = edx;
	c->x86_capability[CPUID_8000_0001_EDX] = edx;
}
#define NO_SPECULATION BIT(0)
#define NO_SSB BIT(1)
#define MDS_BIT BIT(0)
#define VULNWL_AMD(f, w) MATCH(X86_VENDOR_AMD, f, X86_MODEL_ANY, X86_STEPPING_ANY, X86_FEATURE_ANY, w)
static const __initconst struct x86_cpu_id cpu_vuln_whitelist[] = {
	MATCH_VFM(INTEL_TALLLAKE, NO_SPECULATION | NO_SSB), /* both */
	VULNWL_AMD(X86_FAMILY_ANY, NO_SSB),
	{}
};
static const struct x86_cpu_id cpu_vuln_blacklist[] __initconst = {
	MATCH_STEPS(INTEL_WIDELAKE, 0x0, 0x5, MDS_BIT),
	{}
};
`,
  'arch/x86/kernel/cpu/scattered.c':
    'static const struct cpuid_bit cpuid_bits[] = {\n\t{ X86_FEATURE_APX, CPUID_EDX, 21, 0x00000007, 1 },\n\t{ 0, 0, 0, 0, 0 }\n};\n',
  'arch/x86/kernel/cpu/cpuid-deps.c': 'static const struct cpuid_dep cpuid_deps[] = {\n\t{ X86_FEATURE_APX, X86_FEATURE_FPU, },\n\t{}\n};\n',
  'arch/x86/kernel/cpu/intel.c': 'static const struct sku_microcode spectre_bad_microcodes[] = {\n\t{ INTEL_TALLLAKE, 0x03, 0xc2 }, /* note */\n};\n',
  'arch/x86/kernel/cpu/amd.c': `
static bool amd_check_tsa_microcode(void)
{
	switch (p.ucode_rev >> 8) {
	case 0xa70c0: min_rev = 0x0a70c008; break;
	default: return false;
	}
}
static void bsp_init_amd(struct cpuinfo_x86 *c)
{
	switch (c->x86) {
	case 0x17: {
		switch (c->x86_model) {
		case 0x00 ... 0x2f:
		case 0x50 ... 0x5f:
			setup_force_cpu_cap(X86_FEATURE_ZEN1);
			break;
		case 0x30:
			setup_force_cpu_cap(X86_FEATURE_ZEN2);
			break;
		default:
			goto warn;
		}
		break;
	}
	}
}
static const int amd_div0[] =
	AMD_LEGACY_ERRATUM(AMD_MODEL_RANGE(0x17, 0x00, 0x0, 0x2f, 0xf));
`,
  'arch/x86/kernel/cpu/bugs.c': `
static const char * const mds_strings[] = {
	[MDS_OFF]	= "Vulnerable",
	[MDS_FULL]	= "Mitigation: Clear " "CPU buffers",
};
#define L1TF_DEFAULT_MSG "Mitigation: PTE Inversion"
void __init cpu_select_mitigations(void)
{
	mds_select_mitigation();
	/* taa_select_mitigation() is no call */
	mds_update_mitigation();
}
`,
  'arch/x86/kernel/cpu/microcode/amd.c':
    'static u32 get_cutoff_revision(u32 rev)\n{\n\tswitch (rev >> 8) {\n\tcase 0xa70c0: return 0xa70C009; break;\n\t}\n\treturn 0;\n}\n',
  'arch/x86/kernel/cpu/microcode/amd_shas.c': `static const struct patch_digest phashes[] = {\n { 0x8001227, {\n${'0x0a,0xFF,'.repeat(16)}\n} },\n};\n`,
  'arch/x86/kernel/cpu/microcode/intel-ucode-defs.h':
    '{ .flags = X86_CPU_ID_FLAG_ENTRY_VALID, .vendor = X86_VENDOR_INTEL, .family = 0xf, .model = 0x00, .steppings = 0x0080, .platform_mask = 0x01, .driver_data = 0x12 },\n',
  'arch/x86/Kconfig.cpufeatures':
    'config X86_DISABLED_FEATURE_VME\n\tdef_bool y\n\tdepends on X86_64\n\nconfig X86_DISABLED_FEATURE_PTI\n\tdef_bool y\n\tdepends on !MITIGATION_PTI\n\nconfig X86_DISABLED_FEATURE_PCID\n\tdef_bool y\n\tdepends on !X86_64\n',
  'arch/x86/kvm/reverse_cpuid.h': `
enum kvm_only_cpuid_leafs { CPUID_7_1_EDX = NCAPINTS, NR_KVM_CPU_CAPS };
#define KVM_X86_FEATURE(w, f) ((w)*32 + (f))
#define KVM_X86_FEATURE_APX KVM_X86_FEATURE(CPUID_7_1_EDX, 21)
`,
  'arch/x86/kvm/cpuid.c': `
#define F feature_bit
void kvm_set_cpu_caps(void)
{
	unsigned int f_clear = F(MD_CLEAR);
	kvm_cpu_cap_mask(CPUID_7_EDX, f_clear | 0 /* reserved */);
	kvm_cpu_cap_mask(CPUID_8000_0001_EDX, F(FPU) | F(3DNOW));
	kvm_cpu_cap_init_kvm_defined(CPUID_7_1_EDX, SF(APX));
	kvm_cpu_cap_set(X86_FEATURE_MD_CLEAR);
}
`,
};

/** @returns a reader of the fixture tree, with some files changed */
export function fixtureTree(changed: Readonly<Record<string, string>> = {}): ReadSource {
  return (path) => changed[path] ?? fixtureFiles[path] ?? null;
}
