# SPDX-License-Identifier: Apache-2.0
"""Small feeds of every kind, written after the specifications of the formats."""
import json


def cve(number=1, product="gateway", **more):
	"""A record of NVD with one range."""
	return {"cve": {"id": "CVE-2024-%04d" % number, "sourceIdentifier": "cve@mitre.org", "published": "2024-01-02T03:04:05.678",
		"lastModified": "2024-02-03T04:05:06.789", "vulnStatus": "Analyzed",
		"descriptions": [{"lang": "en", "value": "A fault, with \"quotes\", {braces} and [brackets] in its words: caf\u00e9 \U0001f600."}],
		"metrics": {}, "configurations": [{"nodes": [{"operator": "OR", "negate": False, "cpeMatch": [{"vulnerable": True,
			"criteria": "cpe:2.3:a:maker:%s:*:*:*:*:*:*:*:*" % product, "versionEndExcluding": "1.%d" % number,
			"matchCriteriaId": "00000000-0000-0000-0000-000000000000"}]}]}], "references": [], **more}}


def page(records, indent=None):
	"""A page of NVD."""
	return json.dumps({"resultsPerPage": len(records), "startIndex": 0, "totalResults": len(records), "format": "NVD_CVE", "version": "2.0",
		"timestamp": "2026-01-01T00:00:00.000", "vulnerabilities": records}, indent=indent).encode()


CVE_LIST = {"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": {"cveId": "CVE-2024-26581", "state": "PUBLISHED",
	"datePublished": "2024-02-20T12:52:57Z", "dateUpdated": "2024-05-04T08:00:00Z"}, "containers": {"cna": {
		"descriptions": [{"lang": "en", "value": "In the Linux kernel, netfilter: nft_set_rbtree."}], "tags": ["disputed"],
		"affected": [{"vendor": "Linux", "product": "Linux", "defaultStatus": "affected", "programFiles": ["net/netfilter/nft_set_rbtree.c", "include/net/x.h"],
			"versions": [{"version": "6.5", "status": "affected"}, {"version": "0", "lessThan": "6.5", "status": "unaffected", "versionType": "semver"},
				{"version": "5.0", "lessThanOrEqual": "5.*", "status": "affected", "versionType": "semver",
					"changes": [{"at": "5.4.269", "status": "unaffected"}, {"at": "5.5", "status": "affected"}]}]},
			{"vendor": "Maker", "product": "Thing", "packageName": "thing-core", "collectionURL": "https://pypi.org", "cpes": ["cpe:2.3:a:maker:thing:*:*:*:*:*:*:*:*"],
				"versions": [{"version": "1.0", "lessThan": "*", "status": "affected", "versionType": "custom"}]}],
		"cpeApplicability": [{"operator": "AND", "nodes": [{"operator": "OR", "negate": False, "cpeMatch": [{"vulnerable": True,
			"criteria": "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*", "versionStartIncluding": "6.5"}]}, {"operator": "OR", "negate": True, "cpeMatch": [
				{"vulnerable": False, "criteria": "cpe:2.3:h:maker:box:-:*:*:*:*:*:*:*"}]}]}],
		"problemTypes": [{"descriptions": [{"lang": "en", "type": "CWE", "cweId": "CWE-416", "description": "Use After Free"}]}]},
	"adp": [{"metrics": [{"cvssV3_1": {"version": "3.1", "vectorString": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "baseScore": 7.8, "baseSeverity": "HIGH"}}]}]}}

OSV = {"schema_version": "1.6.0", "id": "GHSA-aaaa-bbbb-cccc", "modified": "2024-03-01T00:00:00Z", "published": "2024-02-01T00:00:00Z", "aliases": ["CVE-2024-9999"],
	"summary": "Words", "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}],
	"affected": [{"package": {"ecosystem": "PyPI", "name": "Thing", "purl": "pkg:pypi/thing"}, "versions": ["1.0", "1.1", "1.0"], "ranges": [
		{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}, {"introduced": "2.0"}, {"last_affected": "2.3"}, {"introduced": "3.0"}]},
		{"type": "GIT", "repo": "https://example.org/x.git", "events": [{"introduced": "aa"}, {"introduced": "bb"}, {"fixed": "cc"}, {"limit": "dd"}]}]}]}

CSAF = {"document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "T", "publisher": {"category": "vendor", "name": "M", "namespace": "https://maker.example"},
	"tracking": {"id": "M-1", "current_release_date": "2024-05-05T00:00:00Z", "status": "final", "version": "1"}},
	"product_tree": {"branches": [{"category": "vendor", "name": "Maker", "branches": [{"category": "product_name", "name": "Box", "branches": [
		{"category": "product_version", "name": "4.2", "product": {"name": "Maker Box 4.2", "product_id": "P1", "product_identification_helper": {
			"cpe": "cpe:2.3:o:maker:box:4.2:*:*:*:*:*:*:*"}}},
		{"category": "product_version_range", "name": "vers:generic/<4.2", "product": {"name": "Maker Box before 4.2", "product_id": "P2"}}]}]}],
		"full_product_names": [{"name": "libx", "product_id": "L", "product_identification_helper": {"purl": "pkg:deb/debian/libx@1"}}],
		"relationships": [{"category": "default_component_of", "product_reference": "L", "relates_to_product_reference": "P1",
			"full_product_name": {"name": "libx in Box", "product_id": "P1:L"}}],
		"product_groups": [{"group_id": "G", "product_ids": ["P1", "P1:L"]}]},
	"vulnerabilities": [{"cve": "CVE-2021-44228", "title": "T1", "product_status": {"known_not_affected": ["P1", "P1:L"], "known_affected": ["P2"]},
		"flags": [{"label": "component_not_present", "group_ids": ["G"]}], "threats": [{"category": "impact", "details": "It is not in there.", "product_ids": ["P1"]}],
		"scores": [{"products": ["P2"], "cvss_v3": {"version": "3.1", "vectorString": "CVSS:3.1/AV:N", "baseScore": 10.0, "baseSeverity": "CRITICAL"}}]},
		{"ids": [{"system_name": "M", "text": "M-BUG-7"}], "product_status": {"fixed": ["P1"]}}]}

OPENVEX = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://openvex.dev/docs/example/vex-1", "author": "A", "timestamp": "2023-01-08T18:02:03Z", "version": 1,
	"statements": [{"vulnerability": {"name": "GHSA-jfh8", "aliases": ["CVE-2021-44228"]}, "products": [{"@id": "pkg:oci/box@1", "subcomponents": [{"@id": "pkg:apk/wolfi/libx@2"}]},
		"pkg:oci/other@2"], "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path", "impact_statement": "It is not called."},
		{"vulnerability": "CVE-2023-1", "products": [{"@id": "pkg:oci/box@1", "identifiers": {"cpe23": "cpe:2.3:a:x:y:1:*:*:*:*:*:*:*"}}], "status": "fixed"}]}

DEBIAN = {"openssl": {"CVE-2022-0778": {"description": "Loop", "scope": "remote", "releases": {
		"bookworm": {"status": "resolved", "repositories": {"bookworm": "3.0.15-1~deb12u1", "bookworm-security": "3.0.16-1"}, "fixed_version": "3.0.2-1", "urgency": "not yet assigned"},
		"bullseye": {"status": "open", "repositories": {"bullseye": "1.1.1w-0+deb11u1"}, "urgency": "low", "nodsa": "Minor issue", "nodsa_reason": "postponed"},
		"sid": {"status": "resolved", "fixed_version": "0", "urgency": "unimportant"}}}},
	"busybox": {"TEMP-0290435-0B57B5": {"releases": {"sid": {"status": "undetermined", "repositories": {}, "urgency": "unimportant"}}}}}

ALPINE = {"apkurl": "{{urlprefix}}/{{distroversion}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk", "archs": ["aarch64"], "reponame": "main",
	"urlprefix": "https://dl-cdn.alpinelinux.org/alpine", "distroversion": "v3.20", "packages": [
		{"pkg": {"name": "busybox", "secfixes": {"1.36.1-r29": ["CVE-2023-42364", "CVE-2023-42365 XSA-1"], "0": ["CVE-2020-1"]}}},
		{"pkg": {"name": "zlib", "secfixes": {"1.3.1-r0": ["CVE-2023-45853"]}}}]}

YOCTO = {"version": "1", "package": [{"name": "flex", "layer": "meta", "version": "2.6.4", "products": [{"product": "flex", "cvesInRecord": "Yes"}],
	"issue": [{"id": "CVE-2006-0459", "status": "Patched", "link": "https://nvd.nist.gov/vuln/detail/CVE-2006-0459", "summary": "S", "scorev2": "7.5", "scorev3": "0.0"},
		{"id": "CVE-2019-6293", "status": "Ignored", "detail": "disputed"}, {"id": "CVE-2030-1", "status": "Unpatched"}]}]}

EPSS = (b"#model_version:v2025.03.14,score_date:2026-11-01T12:55:00Z\ncve,epss,percentile\nCVE-2022-0778,0.06217,0.90412\nCVE-2016-7406,0.02,0.8\n"
	b"CVE-1999-0001,1.5,0.2\nnonsense\n")


def unpacked(names):
	"""CPE names as src/vuln/pack.h has them: tuples of twelve fields."""
	out, at = [], 0

	def number(n):
		nonlocal at
		at += n
		if at > len(names):
			raise ValueError("a name is cut off")
		return int.from_bytes(names[at - n:at], "little")

	while at < len(names):
		there, fields = number(2), []
		for i in range(12):
			if not there >> i & 1:
				fields.append(None)
				continue
			n = number(1)
			n = number(4) if n == 255 else n
			fields.append(names[at:at + n].decode())
			number(n)
		out.append(tuple(fields))
	return out
