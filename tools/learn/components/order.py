# version order (dpkg rules)
import re, functools
def _o(c): return -1 if c=="~" else (ord(c) if c.isalpha() else ord(c)+256)
def parts(v):
	"""dpkg order as a sortable key: alternating non-digit and digit parts."""
	out=[]
	for nd,d in re.findall(r"(\D*)(\d*)",v):
		if not nd and not d: break
		out.append(tuple(_o(c) for c in nd)+(0,)); out.append(int(d or 0))
	return out
def compare(a, b):
	a,b=parts(a),parts(b)
	n=max(len(a),len(b))
	for i in range(n):
		x=a[i] if i<len(a) else ((0,) if i%2==0 else 0)
		y=b[i] if i<len(b) else ((0,) if i%2==0 else 0)
		if x!=y: return -1 if x<y else 1
	return 0

key = functools.cmp_to_key(compare)
