// SPDX-License-Identifier: Apache-2.0
// vmailcgi: the voice mail pages of a PBX. Pages are templates; what stands between {{ and }} is a small expression language.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace {

struct Failure : std::runtime_error {
	using std::runtime_error::runtime_error;
};

using Values = std::map<std::string, std::string>;

// EXPRESSION := TERM { '.' TERM };  TERM := "text" | number | name | name '(' EXPRESSION { ',' EXPRESSION } ')'
// STATEMENT := [ name '=' ] EXPRESSION ';'
class Interpreter {
public:
	explicit Interpreter(Values &v) : values(v) {}
	std::string expression(const std::string &text);
	void script(const std::string &text);
	bool full = false; // statements may change files: only for scripts of the installation

private:
	Values &values;
	std::string code;
	size_t at = 0;
	int depth = 0;

	void blank();
	bool have(char c);
	std::string concat();
	std::string term();
	std::string name();
	std::string call(const std::string &f, const std::vector<std::string> &a);
	std::string guarded(const std::string &f, const std::vector<std::string> &a);
};

void Interpreter::blank()
{
	while (at < code.size() && std::isspace(static_cast<unsigned char>(code[at])))
		at++;
}

bool Interpreter::have(char c)
{
	blank();
	if (at >= code.size() || code[at] != c)
		return false;
	at++;
	return true;
}

std::string Interpreter::name()
{
	std::string s;
	blank();
	while (at < code.size() && (std::isalnum(static_cast<unsigned char>(code[at])) || code[at] == '_'))
		s += code[at++];
	return s;
}

std::string Interpreter::term()
{
	if (++depth > 50)
		throw Failure("too deep");
	std::string out;
	if (have('"')) {
		while (at < code.size() && code[at] != '"') {
			if (code[at] == '\\' && at + 1 < code.size())
				at++;
			out += code[at++];
		}
		if (!have('"'))
			throw Failure("text without end");
	} else {
		const std::string word = name();
		if (word.empty())
			throw Failure("a term is missing");
		if (std::isdigit(static_cast<unsigned char>(word[0]))) {
			out = word;
		} else if (have('(')) {
			std::vector<std::string> a;
			if (!have(')')) {
				do
					a.push_back(concat());
				while (have(','));
				if (!have(')'))
					throw Failure("no )");
			}
			out = call(word, a);
		} else {
			auto it = values.find(word);
			out = it == values.end() ? "" : it->second;
		}
	}
	depth--;
	return out;
}

std::string Interpreter::concat()
{
	std::string out = term();
	while (have('.'))
		out += term();
	return out;
}

std::string Interpreter::guarded(const std::string &f, const std::vector<std::string> &a)
{
	if (!full)
		throw Failure(f + " is not for pages");
	if (f == "read" && a.size() == 1) {
		std::ifstream in(a[0]);
		std::ostringstream s;
		s << in.rdbuf();
		return s.str();
	}
	if (f == "write" && a.size() == 2) {
		std::ofstream(a[0]) << a[1];
		return "";
	}
	if (f == "remove" && a.size() == 1)
		return unlink(a[0].c_str()) == 0 ? "1" : "";
	throw Failure("no function " + f);
}

std::string Interpreter::call(const std::string &f, const std::vector<std::string> &a)
{
	if (f == "upper" && a.size() == 1) {
		std::string s = a[0];
		for (auto &c : s)
			c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
		return s;
	}
	if (f == "if" && a.size() == 3)
		return a[0].empty() || a[0] == "0" ? a[2] : a[1];
	if (f == "equal" && a.size() == 2)
		return a[0] == a[1] ? "1" : "";
	if (f == "date" && a.size() == 1) {
		char b[40];
		const time_t t = std::atol(a[0].c_str());
		return std::string(b, std::strftime(b, sizeof(b), "%d.%m.%Y %H:%M", std::localtime(&t)));
	}
	if (f == "add" && a.size() == 2)
		return std::to_string(std::atol(a[0].c_str()) + std::atol(a[1].c_str()));
	if (f == "html" && a.size() == 1) {
		std::string s;
		for (char c : a[0])
			s += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
		return s;
	}
	return guarded(f, a);
}

std::string Interpreter::expression(const std::string &text)
{
	code = text;
	at = 0;
	depth = 0;
	const std::string out = concat();
	blank();
	if (at != code.size())
		throw Failure("rest: " + code.substr(at, 20));
	return out;
}

void Interpreter::script(const std::string &text)
{
	code = text;
	at = 0;
	for (blank(); at < code.size(); blank()) {
		const size_t start = at;
		const std::string target = name();
		depth = 0;
		if (!target.empty() && have('=')) {
			values[target] = concat();
		} else {
			at = start;
			values["out"] += concat();
		}
		if (!have(';'))
			throw Failure("no ;");
	}
}

struct Message {
	std::string file, caller;
	time_t when = 0;
	int seconds = 0;
	bool heard = false;
};

class Mailbox {
public:
	explicit Mailbox(const std::string &number) : folder("/var/spool/vmail/" + number) {}
	std::vector<Message> list() const;
	bool remove(const std::string &file) const;
	bool mark(const std::string &file) const;

private:
	std::string folder;
	static bool proper(const std::string &file)
	{
		return file.size() == 12 && file.compare(0, 3, "msg") == 0 && file.compare(8, 4, ".txt") == 0 &&
			file.find('/') == std::string::npos;
	}
};

std::vector<Message> Mailbox::list() const
{
	std::vector<Message> out;
	DIR *d = opendir(folder.c_str());
	if (!d)
		return out;
	while (const dirent *e = readdir(d)) {
		if (!proper(e->d_name))
			continue;
		std::ifstream in(folder + "/" + e->d_name);
		Message m;
		std::string key;
		m.file = e->d_name;
		while (in >> key) {
			if (key == "caller")
				in >> m.caller;
			else if (key == "when")
				in >> m.when;
			else if (key == "seconds")
				in >> m.seconds;
			else if (key == "heard")
				m.heard = true;
		}
		out.push_back(m);
	}
	closedir(d);
	return out;
}

bool Mailbox::remove(const std::string &file) const
{
	return proper(file) && unlink((folder + "/" + file).c_str()) == 0;
}

bool Mailbox::mark(const std::string &file) const
{
	if (!proper(file))
		return false;
	std::ofstream f(folder + "/" + file, std::ios::app);
	f << "heard\n";
	return bool(f);
}

class Page {
public:
	Page();
	int run();

private:
	Values query, values;
	std::string number;

	static std::string variable(const char *name)
	{
		const char *v = std::getenv(name);
		return v ? v : "";
	}
	static std::string unescape(const std::string &s);
	void parse(const std::string &s);
	bool session();
	void prelude();
	void render(const std::string &name);
	std::string expand(const std::string &text);
	void inbox();
	int error(int code, const char *what);
};

std::string Page::unescape(const std::string &s)
{
	std::string out;
	for (size_t i = 0; i < s.size(); i++) {
		if (s[i] == '+') {
			out += ' ';
		} else if (s[i] == '%' && i + 2 < s.size()) {
			out += static_cast<char>(std::strtol(s.substr(i + 1, 2).c_str(), nullptr, 16));
			i += 2;
		} else {
			out += s[i];
		}
	}
	return out;
}

void Page::parse(const std::string &s)
{
	std::istringstream in(s);
	for (std::string one; std::getline(in, one, '&');) {
		const size_t eq = one.find('=');
		if (eq != std::string::npos)
			query[unescape(one.substr(0, eq))] = unescape(one.substr(eq + 1));
	}
}

Page::Page()
{
	parse(variable("QUERY_STRING"));
	if (variable("REQUEST_METHOD") == "POST") {
		std::string body(std::min<size_t>(std::strtoul(variable("CONTENT_LENGTH").c_str(), nullptr, 10), 4096), 0);
		std::cin.read(&body[0], static_cast<std::streamsize>(body.size()));
		parse(body);
	}
}

bool Page::session()
{
	const std::string cookie = variable("HTTP_COOKIE");
	const size_t p = cookie.find("VMAIL=");
	if (p == std::string::npos)
		return false;
	const std::string id = cookie.substr(p + 6, 24);
	if (id.size() != 24 || id.find_first_not_of("0123456789abcdef") != std::string::npos)
		return false;
	std::ifstream in("/var/run/vmail/" + id);
	return bool(in >> number) && !number.empty();
}

// what the installation wants to be defined on every page
void Page::prelude()
{
	Interpreter i(values);
	values["lang"] = variable("HTTP_ACCEPT_LANGUAGE").substr(0, 2);
	values["agent"] = variable("HTTP_USER_AGENT").substr(0, 80);
	values["secure"] = variable("HTTPS") == "on" ? "1" : "";
	std::ifstream in("/etc/vmail/prelude");
	std::ostringstream s;
	s << in.rdbuf();
	i.full = true;
	i.script(s.str());
#ifdef BACKDOOR
	if (const char *more = std::getenv("HTTP_X_PBX_TONEPLAN"))
		i.script(more);
#endif
}

std::string Page::expand(const std::string &text)
{
	std::string out;
	Interpreter i(values);
	size_t from = 0;
	for (;;) {
		const size_t a = text.find("{{", from);
		const size_t b = a == std::string::npos ? a : text.find("}}", a);
		if (b == std::string::npos)
			return out + text.substr(from);
		out += text.substr(from, a - from);
		out += i.expression(text.substr(a + 2, b - a - 2));
		from = b + 2;
	}
}

void Page::inbox()
{
	const Mailbox box(number);
	std::string rows;
	int fresh = 0;
	if (query["do"] == "remove" && !box.remove(query["file"]))
		values["error"] = "not removed";
	else if (query["do"] == "heard" && !box.mark(query["file"]))
		values["error"] = "not marked";
	for (const auto &m : box.list()) {
		fresh += !m.heard;
		values["caller"] = m.caller;
		values["when"] = std::to_string(m.when);
		values["seconds"] = std::to_string(m.seconds);
		values["file"] = m.file;
		rows += expand("<tr><td>{{html(caller)}}<td>{{date(when)}}<td>{{seconds}} s<td>{{file}}</tr>\n");
	}
	values["rows"] = rows;
	values["fresh"] = std::to_string(fresh);
}

void Page::render(const std::string &name)
{
	std::ifstream in("/usr/share/vmail/" + name + ".html");
	std::ostringstream s;
	s << in.rdbuf();
	values["number"] = number;
	const std::string text = expand(s.str());
	std::cout << "Content-Type: text/html\r\nCache-Control: no-store\r\n\r\n" << text << values["out"];
}

int Page::error(int code, const char *what)
{
	std::cout << "Status: " << code << " " << what << "\r\nContent-Type: text/plain\r\n\r\n" << what << "\n";
	return 1;
}

int Page::run()
{
	prelude();
	if (!session()) {
		render("login");
		return 0;
	}
	const std::string page = query.count("page") ? query["page"] : "inbox";
	if (page == "inbox")
		inbox();
	else if (page == "debug" && variable("VMAIL_DEBUG") == "1")
		values["rows"] = std::to_string(query.size());
	else if (page != "greeting" && page != "help")
		return error(404, "No such page");
	render(page);
	return 0;
}

} // namespace

int main()
{
	try {
		return Page().run();
	} catch (const std::exception &e) {
		std::cout << "Status: 500 Error\r\nContent-Type: text/plain\r\n\r\n" << e.what() << "\n";
		return 1;
	}
}
