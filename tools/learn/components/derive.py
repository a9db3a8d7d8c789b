# SPDX-License-Identifier: Apache-2.0
"""From the texts of many builds to signatures: what only one component holds, in which of its releases.

Whatever else a distribution holds is there to be held against: a text that a stranger has as well, which holds no copy of the
component, is nobody's.

A component is a source package, or a family of them that differ by a version in their names (lua5.3, lua5.4). A part is what
its files of one name, versions left out, have in common (libssl.so, openssl). A text belongs to a component that alone holds it, or
that the others hold a copy of.
"""
import collections
import gzip
import json
import re

import numpy as np

import order
import names
from names import family, stem

FEW = 6 # components that may hold a text for the question to be asked whose it is
COPY = 0.5 # share of a part's texts that another component must hold to count as one that has a copy
LEAST = 25 # texts of a part for that
USUAL = 0.8 # share of a part's builds that a text must be in to identify it
EXPORTS = ":exports" # a part of its own: the names that a library offers, which a copy inside a program has not
TABLES = ":tables" # and the pieces of its tables
IDENTITY, LIBRARY, CHANGES, PARTS = 40, 100, 24, 40 # texts kept: that identify a part, a library, of each span of releases; parts of a component
RELEASES = 15


def plain(part):
	"""The name of the file that a part is of."""
	return part.split(":")[0]


class Build:
	"""One file of one package."""
	__slots__ = ("family", "source", "part", "version", "arch", "keys", "path", "package", "bare", "said", "right", "wrong")


def read(path):
	"""The builds of one kept file, the names that a library offers apart."""
	with gzip.open(path) as f:
		head = json.loads(f.readline())
		words = np.frombuffer(f.read(), dtype="<u8")
	at = 0
	for path, bare, said, *n in head["files"]:
		keys, names, tables, ok, other, _ = np.split(words[at:at + sum(n)], np.cumsum(n))
		at += sum(n)
		yield build(head, path, "", keys, bare, said, ok, other)
		for kind, some in ((EXPORTS, names), (TABLES, np.unique(tables))):
			if len(some):
				yield build(head, path, kind, some, [], [], ok[:0], other[:0])


def build(head, path, kind, keys, bare, said, right, wrong):
	b = Build()
	b.source, b.family = head["source"], family(head["source"], head["version"])
	b.part, b.version, b.arch, b.path, b.package = stem(path) + kind, head["version"], head["arch"], path, head["package"]
	b.keys, b.bare, b.said, b.right, b.wrong = keys, bare, said, right, wrong
	return b


def places(among, keys):
	"""Where those of the keys stand that are among others, which ascend."""
	at = np.searchsorted(among, keys)
	at[at == len(among)] = 0
	return at[among[at] == keys] if len(among) else at


class Corpus:
	def __init__(self, builds):
		self.builds = [b for b in builds if len(b.keys)]
		self.families = sorted({b.family for b in self.builds})
		self.number = {f: i for i, f in enumerate(self.families)}
		versions = collections.defaultdict(set)
		for b in self.builds:
			versions[b.family].add(b.version)
		self.releases = {f: sorted(v, key=order.key)[-RELEASES:] for f, v in versions.items()}
		self.at = {f: {v: i for i, v in enumerate(r)} for f, r in self.releases.items()}
		self.builds = [b for b in self.builds if b.version in self.at[b.family]]

	def against(self, strangers, owned, owner):
		"""Without the keys that a stranger holds, unless it holds a copy of the component: most of one of its libraries. What more than FEW strangers hold is
		nobody's all the same: then it is the library that has a copy, of what all of them use. owned ascends."""
		spoiled = np.zeros(len(owned), bool)
		holders = np.zeros(len(owned), np.uint16)
		by_source = collections.defaultdict(list)
		for b in strangers:
			by_source[b.family].append(places(owned, b.keys))
		for held in by_source.values():
			holders[np.unique(np.concatenate(held))] += 1
		spoiled |= holders > FEW
		libraries = collections.defaultdict(dict) # of each component: by part and release, so the builds for other machines need not be looked at
		for b in self.builds:
			if ".so" in b.part:
				libraries[self.number[b.family]][b.part, b.version] = b
		own = {}
		for b in strangers:
			held = places(owned, b.keys)
			for a in np.unique(owner[held]).tolist():
				theirs = held[owner[held] == a]
				copy = False
				if len(theirs) >= COPY * LEAST:
					if a not in own:
						own[a] = [l[owner[l] == a] for l in (places(owned, l.keys) for l in libraries[a].values())]
					copy = any(len(l) >= LEAST and np.isin(l, theirs).mean() >= COPY for l in own[a])
				if not copy:
					spoiled[theirs] = True
		return owned[~spoiled], owner[~spoiled]

	def holders(self):
		"""Distinct (key, family) pairs, sorted by key."""
		keys = np.concatenate([b.keys for b in self.builds])
		who = np.concatenate([np.full(len(b.keys), self.number[b.family], np.uint16) for b in self.builds])
		at = np.lexsort((who, keys))
		keys, who = keys[at], who[at]
		new = np.ones(len(keys), bool)
		new[1:] = (keys[1:] != keys[:-1]) | (who[1:] != who[:-1])
		return keys[new], who[new]

	def owners(self):
		"""Keys that belong to one component, sorted, and whose."""
		keys, who = self.holders()
		first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
		count = np.diff(np.r_[first, len(keys)])
		alone = first[count == 1]
		owned, owner = keys[alone], who[alone]
		few = np.flatnonzero((count > 1) & (count <= FEW))
		copies = self.copies(keys, who, first, count, few)
		more, whose = [], []
		for i in few:
			held = who[first[i]:first[i] + count[i]].tolist()
			for a in held:
				if all(b == a or (a, b) in copies for b in held):
					more.append(keys[first[i]])
					whose.append(a)
					break
		keys = np.r_[owned, np.array(more, np.uint64)]
		who = np.r_[owner, np.array(whose, np.uint16)]
		at = np.argsort(keys, kind="stable")
		self.copied = copies
		return keys[at], who[at]

	def copies(self, keys, who, first, count, few):
		"""(a, b): b holds a copy of a, a library that is much smaller or that b has the larger part of."""
		shared = collections.Counter()
		holding = collections.defaultdict(list)
		for i in few:
			held = who[first[i]:first[i] + count[i]].tolist()
			for a in held:
				for b in held:
					if a != b:
						shared[a, b] += 1
						holding[a, b].append(keys[first[i]])
		parts, most = collections.defaultdict(list), collections.Counter()
		libraries = [b for b in self.builds if ".so" in b.part and ":" not in b.part and len(b.keys) >= LEAST]
		for b in libraries:
			most[b.family] = max(most[b.family], len(b.keys))
		for b in libraries:
			if 2 * len(b.keys) >= most[b.family]: # not one of its small modules
				parts[self.number[b.family]].append(b.keys)
		size = {f: len(np.unique(np.concatenate(k))) for f, k in parts.items()}
		out = set()
		for (a, b), n in shared.items():
			if n < LEAST or a not in parts:
				continue
			common = np.unique(np.array(holding[a, b], np.uint64))
			best = max(np.isin(common, k, assume_unique=False).sum() / len(k) for k in parts[a][-8:])
			back = max((np.isin(common, k).sum() / len(k) for k in parts.get(b, [])[-8:]), default=0)
			if best >= COPY and best > 2 * back and (self.families[a], self.families[b]) not in names.NO_COPIES:
				out.add((a, b))
		return out


class Part:
	"""What identifies one part of a component. bare: per cent of its releases that hold a text which is their version and nothing else; alone: per cent of
	its releases whose version could be told because nothing else in the file looks like one, 0 if that was wrong too often."""
	__slots__ = ("family", "name", "keys", "bare", "alone")


AHEAD = 3 # of the first number of a version: how much higher than a known release's it may be; as src/knowledge/signature_version.c
LENT = re.compile(r"1\.[23]\.") # zlib's versions, which its headers put into every program that calls it
WRONG = 10 # releases told rightly for each that is told wrongly


def alike(version, release):
	"""Whether two versions are of one kind; as src/knowledge/signature_version.c."""
	a, b = re.match(r"\d+", version), re.match(r"\d+", release)
	return bool(a and b and version.count(".") == release.count(".") and 0 <= int(a.group(0)) - int(b.group(0)) <= AHEAD)


def told_alone(stated, others):
	"""The version that a file holds, if the versions in it that look like those of the other releases leave only one."""
	oldest = min(others, key=order.key)
	like = {v for v in stated if re.fullmatch(r"\d[0-9a-zP.]*", v) and any(alike(v, r) for r in others) and order.compare(v, oldest) >= 0}
	like = {v for v in like if not LENT.match(v)} or like
	like = like & set(others) or like
	return like.pop() if len(like) == 1 else None


def alone(builds, releases):
	"""builds: of one part."""
	right, wrong, asked = set(), set(), set()
	for b in builds:
		told = told_alone({*b.said, *b.bare}, [r for r in releases if r != b.version] or [b.version])
		asked.add(b.version)
		if told:
			(right if told == b.version else wrong).add(b.version)
	right -= wrong
	return 100 * len(right) // len(asked) if WRONG * len(wrong) <= len(right) else 0


class Signatures:
	"""Everything that is learned. records: (key, part, lo, hi): a text of that part in releases lo to hi of its component, counted from 0; of
	a text that identifies it, lo is 0 and hi the last."""

	def __init__(self, corpus, strangers=()):
		self.corpus = corpus
		self.parts, self.records = [], []
		owned, owner = corpus.against(strangers, *corpus.owners())
		by = collections.defaultdict(list)
		for b in corpus.builds:
			by[b.family].append(b)
		at = np.argsort(owner, kind="stable")
		edges = np.searchsorted(owner[at], np.arange(len(corpus.families) + 1))
		for i, f in enumerate(corpus.families):
			self.learn(f, by[f], owned[at[edges[i]:edges[i + 1]]])

	def learn(self, f, builds, keys):
		keys = np.sort(keys)
		if not len(keys):
			return
		releases = self.corpus.releases[f]
		has = np.stack([np.isin(keys, b.keys, assume_unique=True) for b in builds])
		rel = np.array([self.corpus.at[f][b.version] for b in builds])
		called = np.array([b.part for b in builds])
		taken = np.zeros(len(keys), bool)
		found = []
		for name in sorted(set(called.tolist())):
			mine = called == name
			rows = {r: has[mine & (rel == r)] for r in sorted(set(rel[mine].tolist()))}
			share = np.mean([x.mean(axis=0) for x in rows.values()], axis=0)
			newest = rows[max(rows)].mean(axis=0)
			good = np.flatnonzero((share >= USUAL) & (newest >= 0.5))
			found.append((len(good), name, mine, rows, good))
		found.sort(key=lambda x: (-x[0], x[1]))
		for n, name, mine, rows, good in found[:PARTS]:
			if n == 0:
				continue
			part = len(self.parts)
			fresh = good[~taken[good]]
			chosen = np.r_[fresh, good[taken[good]]][:LIBRARY if ".so" in name and ":" not in name else IDENTITY]
			taken[chosen] = True
			p = Part()
			p.family, p.name, p.keys = f, name, len(chosen)
			said = {builds[i].version for i in np.flatnonzero(called == plain(name)) if builds[i].version in builds[i].bare}
			p.bare = min(100, 100 * len(said) // len(rows))
			p.alone = alone([builds[i] for i in np.flatnonzero(called == plain(name))], releases)
			self.parts.append(p)
			self.records += [(int(keys[i]), part, 0, len(releases) - 1) for i in chosen]
			if not name.endswith(TABLES):
				self.spans(keys, part, rows, has, rel, len(releases))

	def spans(self, keys, part, rows, has, rel, n):
		"""Texts of the part that come or go between two releases."""
		seen = sorted(rows)
		if len(seen) < 2:
			return
		share = np.stack([rows[r].mean(axis=0) for r in seen])
		sure = ((share == 0) | (share == 1)).all(axis=0)
		on = share == 1
		turns = (on[1:] != on[:-1]).sum(axis=0) + on[0] + on[-1]
		anywhere = np.stack([has[rel == r].any(axis=0) if (rel == r).any() else np.zeros(len(keys), bool) for r in range(n)])
		count = collections.Counter()
		for i in np.flatnonzero(sure & (turns == 2) & ~on.all(axis=0)):
			k = np.flatnonzero(on[:, i])
			lo, hi = seen[k[0]], seen[k[-1]]
			if anywhere[:lo, i].any() or anywhere[hi + 1:, i].any():
				continue # it moved between parts
			lo, hi = (0 if k[0] == 0 else lo), (n - 1 if k[-1] == len(seen) - 1 else hi)
			if (lo, hi) == (0, n - 1) or count[lo, hi] == CHANGES:
				continue
			count[lo, hi] += 1
			self.records.append((int(keys[i]), part, lo, hi))


USUAL_NUMBERS = {"0.1", "0.2", "1.0", "1.1", "1.2", "1.3", "2.0", "2.1", "3.0", "1.0.0", "2.0.0"} # of protocols and file formats


MANY, EVERYBODY = 4, 0xffff # components that state their version so, for everybody to be believed who does


class Forms:
	"""What versions stand in: {key of a form: number of the one component whose version it is, or EVERYBODY: of whatever it stands in}."""

	def __init__(self, corpus, copied):
		right, who, release = [], [], []
		wrong, wrong_who = [], []
		for b in corpus.builds:
			f = corpus.number[b.family]
			right.append(b.right)
			who.append(np.full(len(b.right), f, np.uint16))
			release.append(np.full(len(b.right), corpus.at[b.family][b.version], np.uint8))
			wrong.append(b.wrong)
			wrong_who.append(np.full(len(b.wrong), f, np.uint16))
		right, who, release = map(np.concatenate, (right, who, release))
		wrong, wrong_who = map(np.concatenate, (wrong, wrong_who))
		held = collections.defaultdict(lambda: collections.defaultdict(set))
		for key, f, r in set(zip(right.tolist(), who.tolist(), release.tolist())):
			held[key][f].add(r)
		not_held = collections.Counter(zip(wrong.tolist(), wrong_who.tolist()))
		others = collections.defaultdict(dict)
		for (key, f), n in not_held.items():
			if key in held:
				others[key][f] = n
		times = collections.Counter(zip(right.tolist(), who.tolist()))
		self.owner = {}
		for key, by in held.items():
			if len(by) >= MANY:
				right_times = sum(times[key, f] for f in by)
				if 50 * sum(others.get(key, {}).values()) <= right_times:
					self.owner[key] = EVERYBODY
				continue
			f = max(by, key=lambda f: (len(by[f]), times[key, f], -f))
			alone = all(g == f or (f, g) in copied for g in by)
			strange = sum(n for g, n in others.get(key, {}).items() if g != f and (f, g) not in copied)
			own = others.get(key, {}).get(f, 0)
			if alone and not strange and own * 20 <= times[key, f] and (len(by[f]) > 1 or self.telling(corpus, f, by[f])):
				self.owner[key] = f

	@staticmethod
	def telling(corpus, f, releases):
		"""Whether a version that was met in one release alone is hardly a chance."""
		version = corpus.releases[corpus.families[f]][next(iter(releases))]
		return "." in version and version not in USUAL_NUMBERS
