#include "bench/sets/made_frames.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "base/bytes.h"

namespace gophercap::bench {
namespace {

constexpr size_t kEthernetBytes = 14;
constexpr size_t kIpBytes = 20;
constexpr size_t kTcpBytes = 20;
constexpr size_t kUdpBytes = 8;
constexpr size_t kFlows = 4096;
constexpr uint8_t kTcp = 6;
constexpr uint8_t kUdp = 17;

// Larger than the window of any compressor, so only repeats inside a payload can be compressed.
constexpr size_t kPoolBytes = size_t{8} << 20;
constexpr size_t kMaxPayload = 65536;
// Runs of words and runs of noise. The share of words was chosen so that gzip -6 makes an IMIX set
// 2.1 times smaller.
constexpr uint32_t kWordsPerMille = 885;
constexpr uint32_t kRunBytes = 256;

constexpr std::array<std::string_view, 64> kWords = {
    "GET ",       "POST ",    "HTTP/1.1\r\n", "Host: ",   "www.",     "example",  ".org",
    ".net",       "/index",   ".html",        "Accept: ", "text/",    "image/",   "gzip",
    ", ",         "deflate",  "User-",        "Agent: ",  "Mozilla",  "/5.0 ",    "(X11; ",
    "Linux ",     "x86_64",   ")\r\n",        "Cookie: ", "session=", "Content-", "Length: ",
    "Type: ",     "charset=", "utf-8",        "\r\n\r\n", "<div ",    "class=\"", "</div>",
    "<a href=",   "</a>",     "<p>",          "</p>",     "function", " return ", "var ",
    "const ",     "0x00",     "true",         "false",    "null",     "{\"id\":", "\"name\":",
    "\"value\":", "},",       "[1,",          "2,3]",     "server",   "client",   "request",
    "response",   "status",   "200 OK",       "404 ",     "no-cache", "private",  "max-age=",
    "keep-alive"};

std::vector<uint8_t> make_pool(uint64_t seed) {
  Random random(seed);
  std::vector<uint8_t> pool;
  pool.reserve(kPoolBytes + kRunBytes);
  while (pool.size() < kPoolBytes) {
    const size_t end = pool.size() + kRunBytes;
    const bool words = random.below(1000) < kWordsPerMille;
    while (pool.size() < end) {
      if (words) {
        const std::string_view word = kWords[random.below(kWords.size())];
        pool.insert(pool.end(), word.begin(), word.end());
        pool.push_back(static_cast<uint8_t>('0' + random.below(64)));
      } else {
        pool.push_back(static_cast<uint8_t>(random.next() >> 56));
      }
    }
  }
  return pool;
}

// The Internet checksum does not depend on byte order, so words are added as they are in memory.
uint64_t sum_bytes(std::span<const uint8_t> data, uint64_t sum) {
  size_t at = 0;
  for (; data.size() - at >= 4; at += 4) sum += load_le32(data.data() + at);
  uint32_t tail = 0;
  if (at < data.size()) std::memcpy(&tail, data.data() + at, data.size() - at);
  return sum + tail;
}

uint16_t fold(uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

template <class T>
void store_be(uint8_t* p, T value) {
  store_le(p, byte_swap(value));
}

// Fills in lengths and checksums of a frame that is otherwise complete.
void finish(std::span<uint8_t> frame, uint8_t protocol) {
  uint8_t* ip = frame.data() + kEthernetBytes;
  const auto segment = frame.subspan(kEthernetBytes + kIpBytes);
  const auto segment_bytes = static_cast<uint16_t>(segment.size());
  store_be(ip + 2, static_cast<uint16_t>(segment_bytes + kIpBytes));
  store_le<uint16_t>(ip + 10, 0);
  store_le(ip + 10, fold(sum_bytes({ip, kIpBytes}, 0)));

  const size_t checksum_at = protocol == kTcp ? 16 : 6;
  if (protocol == kUdp) store_be(segment.data() + 4, segment_bytes);
  store_le<uint16_t>(segment.data() + checksum_at, 0);
  uint64_t sum = sum_bytes({ip + 12, 8}, 0);  // pseudo header: addresses, protocol, length
  sum += byte_swap(static_cast<uint16_t>(protocol));
  sum += byte_swap(segment_bytes);
  uint16_t checksum = fold(sum_bytes(segment, sum));
  if (protocol == kUdp && checksum == 0) checksum = 0xffff;  // 0 means "none" in UDP
  store_le(segment.data() + checksum_at, checksum);
}

}  // namespace

FrameMaker::FrameMaker(uint64_t seed)
    : random_(seed), flows_(kFlows), pool_(make_pool(random_.next())) {
  for (Flow& flow : flows_) {
    flow.client = 0x0a000000U | (random_.below(32) << 16) | (random_.next() & 0xffff);
    flow.server = 0xc0a80000U | (random_.next() & 0x0fff);
    flow.client_port = static_cast<uint16_t>(1024 + random_.below(60000));
    flow.tcp = random_.below(5) != 0;
    flow.server_port = flow.tcp ? (random_.below(2) == 0 ? 443 : 80) : 50000;
    flow.tcp_sequence = static_cast<uint32_t>(random_.next());
    flow.ip_id = static_cast<uint16_t>(random_.next());
  }
}

std::span<const uint8_t> FrameMaker::payload(size_t bytes) {
  return {pool_.data() + random_.below(kPoolBytes - kMaxPayload), bytes};
}

void FrameMaker::put_headers(std::span<uint8_t> frame, Flow& flow) {
  static constexpr std::array<uint8_t, kEthernetBytes + 10> kStart = {
      0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00, 0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 0};
  std::copy(kStart.begin(), kStart.end(), frame.begin());
  uint8_t* ip = frame.data() + kEthernetBytes;
  store_be(ip + 4, flow.ip_id++);
  ip[9] = flow.tcp ? kTcp : kUdp;
  store_be(ip + 12, flow.client);
  store_be(ip + 16, flow.server);
  uint8_t* segment = ip + kIpBytes;
  store_be(segment, flow.client_port);
  store_be(segment + 2, flow.server_port);
  if (!flow.tcp) return;
  store_be(segment + 4, flow.tcp_sequence);
  store_be<uint32_t>(segment + 8, 1);
  store_be<uint32_t>(segment + 12, 0x5018ffff);  // 20 bytes of header, PSH and ACK, full window
  store_be<uint32_t>(segment + 16, 0);
  const size_t headers = kEthernetBytes + kIpBytes + kTcpBytes;
  flow.tcp_sequence += static_cast<uint32_t>(frame.size() - headers);
}

void FrameMaker::fill(std::span<uint8_t> frame) {
  Flow& flow = flows_[random_.below(kFlows)];
  put_headers(frame, flow);
  const size_t headers = kEthernetBytes + kIpBytes + (flow.tcp ? kTcpBytes : kUdpBytes);
  std::ranges::copy(payload(frame.size() - headers),
                    frame.begin() + static_cast<ptrdiff_t>(headers));
  finish(frame, flow.tcp ? kTcp : kUdp);
}

void FrameMaker::fill_sequence(std::span<uint8_t> frame, uint64_t number) {
  Flow flow{0x0a000001, 0x0a000002, 4000, 4001, 0, static_cast<uint16_t>(number), false};
  put_headers(frame, flow);
  static constexpr std::string_view kMark = "SEQ!";
  uint8_t* at = frame.data() + kSequenceOffset;
  std::copy(kMark.begin(), kMark.end(), at);
  store_le(at + kMark.size(), number);
  const auto rest = frame.subspan(kMinSequenceFrameBytes);
  std::ranges::copy(payload(rest.size()), rest.begin());
  finish(frame, kUdp);
}

}  // namespace gophercap::bench
