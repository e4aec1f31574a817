#include "packet/bpf.h"

#include <fmt/format.h>
#include <pcap/pcap.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/bytes.h"
#include "packet/filter_terms.h"
#include "packet/link_type.h"

namespace gophercap::packet {
namespace {

// The time that libpcap takes grows with the third power of the number of primitives in an
// expression: 0.5 s for 128 ports, 14 s for 400 hosts; without its optimizer, 2 s for 256 ports. It
// cannot be interrupted.
constexpr size_t kMostOptimized = 128;
constexpr size_t kMostAtOnce = 256;
// Longer lists of alternatives are compiled in parts of this size: 5,000 hosts in a second.
constexpr size_t kPrimitivesOfPart = 32;
constexpr uint32_t kSnapLength = 262144;

struct ClosePcap {
  void operator()(pcap_t* p) const noexcept { ::pcap_close(p); }
};
using PcapHandle = std::unique_ptr<pcap_t, ClosePcap>;

// Returns a handle for a link type with its number in files. pcap_open_dead() expects the numbers
// that this system uses for devices, some of which differ; reading a file header translates them.
PcapHandle handle_for(uint32_t link_type) {
  std::array<uint8_t, 24> header{};
  store_le<uint32_t>(header.data(), 0xa1b2c3d4);
  store_le<uint16_t>(header.data() + 4, 2);
  store_le<uint16_t>(header.data() + 6, 4);
  store_le<uint32_t>(header.data() + 16, kSnapLength);
  store_le<uint32_t>(header.data() + 20, link_type);
  std::FILE* file = ::fmemopen(header.data(), header.size(), "rb");
  if (file == nullptr) return nullptr;
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  PcapHandle handle(::pcap_fopen_offline(file, error.data()));  // takes the file if it succeeds
  if (handle == nullptr) std::fclose(file);
  return handle;
}

// A part of an expression that is compiled at once.
struct Part {
  std::string text;
  size_t primitives = 1;
};

// The program for one link type. It matches if one of its parts does.
struct Program {
  uint32_t link_type = 0;
  std::vector<bpf_program> parts;

  explicit Program(uint32_t type) : link_type(type) {}
  ~Program() {
    for (bpf_program& code : parts) ::pcap_freecode(&code);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  bool matches(const pcap_pkthdr& header, const uint8_t* data) const noexcept {
    return std::any_of(parts.begin(), parts.end(), [&](const bpf_program& code) {
      return ::pcap_offline_filter(&code, &header, data) != 0;
    });
  }
};

std::string shortened(const std::string& expression) {
  constexpr size_t kMost = 200;
  return expression.size() <= kMost ? expression : expression.substr(0, kMost) + "...";
}

// libpcap does not check some of its small allocations, such as that of its scanner. With this much
// free memory in the heap, none of them fails.
bool has_room() {
  constexpr size_t kRoom = 64 << 10;  // kept by glibc, which returns only 128 KiB and more
  void* volatile room = std::malloc(kRoom);
  const bool there = room != nullptr;
  std::free(room);
  return there;
}

// Returns false if libpcap rejects the expression; the handle has the reason.
Result<bool> compile_parts(pcap_t* handle, const std::vector<Part>& parts, Program& program,
                           const std::stop_token& stop) {
  program.parts.reserve(parts.size());  // so that push_back() cannot fail and leak the code
  for (const Part& part : parts) {
    if (stop.stop_requested())
      return Error{Errc::kCancelled, 0, "stopped before the filter was compiled"};
    const int optimize = part.primitives <= kMostOptimized ? 1 : 0;
    bpf_program code{};
    if (!has_room()) return errno_error(ENOMEM, "filter");
    errno = 0;
    if (::pcap_compile(handle, &code, part.text.c_str(), optimize, PCAP_NETMASK_UNKNOWN) != 0) {
      // libpcap's message is "malloc", which would look like an error in the expression.
      if (errno == ENOMEM) return errno_error(ENOMEM, "filter");
      return false;
    }
    program.parts.push_back(code);
  }
  return true;
}

Result<std::vector<Part>> parts_of(const std::string& expression, const FilterTerms& split) {
  const size_t primitives = split.primitives();
  if (primitives <= kMostOptimized) return std::vector<Part>{{expression, primitives}};
  std::vector<Part> parts;
  for (const FilterTerms::Term& term : split.terms) {
    if (term.primitives > kMostAtOnce) {
      return Error{Errc::kInvalidArgument, 0,
                   fmt::format("filter: {} terms that depend on each other, of which {} can be "
                               "compiled; alternatives (\"host A or host B or ...\") may be any "
                               "number if there are no others around them",
                               term.primitives, kMostAtOnce)};
    }
    const bool fits =
        !parts.empty() && parts.back().primitives + term.primitives <= kPrimitivesOfPart;
    if (!fits) parts.push_back({"", 0});
    Part& part = parts.back();
    part.text += fmt::format("{}({})", part.text.empty() ? "" : " or ", term.text);
    part.primitives += term.primitives;
  }
  return parts;
}

}  // namespace

struct BpfFilter::State {
  std::string expression;
  bool negated = false;  // true: matches the frames that no program matches
  std::vector<std::unique_ptr<Program>> programs;
  std::vector<Unfit> unfit;
};

BpfFilter::BpfFilter(std::unique_ptr<State> state) : state_(std::move(state)) {}
BpfFilter::~BpfFilter() = default;
BpfFilter::BpfFilter(BpfFilter&&) noexcept = default;
BpfFilter& BpfFilter::operator=(BpfFilter&&) noexcept = default;

Result<BpfFilter> BpfFilter::compile(const std::string& expression,
                                     std::span<const uint32_t> link_types,
                                     const std::stop_token& stop) {
  const FilterTerms split = split_filter(expression);
  TRY(const std::vector<Part> parts, parts_of(expression, split));
  auto state = std::make_unique<State>();
  state->negated = split.negated && split.primitives() > kMostOptimized;
  state->expression = expression;
  std::vector<uint32_t> wanted(link_types.begin(), link_types.end());
  if (wanted.empty()) wanted.push_back(kLinkTypeEthernet);
  for (const uint32_t link_type : wanted) {
    errno = 0;
    const PcapHandle handle = handle_for(link_type);
    if (handle == nullptr && errno == ENOMEM)
      return errno_error(ENOMEM, fmt::format("filter \"{}\"", shortened(expression)));
    auto program = std::make_unique<Program>(link_type);
    if (handle == nullptr) {
      state->unfit.push_back({link_type, "unknown to libpcap"});
      continue;
    }
    TRY(const bool compiled, compile_parts(handle.get(), parts, *program, stop));
    if (compiled) {
      state->programs.push_back(std::move(program));
    } else {
      state->unfit.push_back({link_type, ::pcap_geterr(handle.get())});
    }
  }
  const auto wrong =
      std::find_if(state->unfit.begin(), state->unfit.end(), [&](const Unfit& unfit) {
        return state->programs.empty() || unfit.link_type == kLinkTypeEthernet;
      });
  if (wrong != state->unfit.end()) {
    return Error{Errc::kInvalidArgument, 0,
                 fmt::format("filter \"{}\": {}", shortened(expression), wrong->reason)};
  }
  return BpfFilter(std::move(state));
}

bool BpfFilter::matches(const Frame& frame) const noexcept {
  for (const std::unique_ptr<Program>& program : state_->programs) {
    if (program->link_type != frame.link_type) continue;
    const pcap_pkthdr header{.ts = {}, .caplen = frame.bytes, .len = frame.original_bytes};
    return program->matches(header, frame.data) != state_->negated;
  }
  return false;
}

const std::vector<BpfFilter::Unfit>& BpfFilter::unfit() const noexcept {
  return state_->unfit;
}

const std::string& BpfFilter::expression() const noexcept {
  return state_->expression;
}

}  // namespace gophercap::packet
