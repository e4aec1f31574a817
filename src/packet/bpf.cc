#include "packet/bpf.h"

#include <fmt/format.h>
#include <pcap/pcap.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "base/bytes.h"
#include "packet/link_type.h"

namespace gophercap::packet {
namespace {

constexpr int kOptimize = 1;
constexpr uint32_t kSnapLength = 262144;

struct ClosePcap {
  void operator()(pcap_t* p) const noexcept { ::pcap_close(p); }
};
using PcapHandle = std::unique_ptr<pcap_t, ClosePcap>;

// A handle for a link type as files number it. pcap_open_dead() wants the numbers that this system
// uses for devices, which differ for some; reading a file's header translates.
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

struct Program {
  uint32_t link_type = 0;
  bpf_program code{};

  explicit Program(uint32_t type) : link_type(type) {}
  ~Program() { ::pcap_freecode(&code); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
};

}  // namespace

struct BpfFilter::State {
  std::string expression;
  std::vector<std::unique_ptr<Program>> programs;
  std::vector<Unfit> unfit;
};

BpfFilter::BpfFilter(std::unique_ptr<State> state) : state_(std::move(state)) {}
BpfFilter::~BpfFilter() = default;
BpfFilter::BpfFilter(BpfFilter&&) noexcept = default;
BpfFilter& BpfFilter::operator=(BpfFilter&&) noexcept = default;

Result<BpfFilter> BpfFilter::compile(const std::string& expression,
                                     std::span<const uint32_t> link_types) {
  auto state = std::make_unique<State>();
  state->expression = expression;
  std::vector<uint32_t> wanted(link_types.begin(), link_types.end());
  if (wanted.empty()) wanted.push_back(kLinkTypeEthernet);
  for (const uint32_t link_type : wanted) {
    const PcapHandle handle = handle_for(link_type);
    auto program = std::make_unique<Program>(link_type);
    if (handle == nullptr) {
      state->unfit.push_back({link_type, "unknown to libpcap"});
    } else if (::pcap_compile(handle.get(), &program->code, expression.c_str(), kOptimize,
                              PCAP_NETMASK_UNKNOWN) != 0) {
      state->unfit.push_back({link_type, ::pcap_geterr(handle.get())});
    } else {
      state->programs.push_back(std::move(program));
    }
  }
  const auto wrong =
      std::find_if(state->unfit.begin(), state->unfit.end(), [&](const Unfit& unfit) {
        return state->programs.empty() || unfit.link_type == kLinkTypeEthernet;
      });
  if (wrong != state->unfit.end()) {
    return Error{Errc::kInvalidArgument, 0,
                 fmt::format("filter \"{}\": {}", expression, wrong->reason)};
  }
  return BpfFilter(std::move(state));
}

bool BpfFilter::matches(const PacketView& packet, uint32_t link_type, uint32_t captured_bytes,
                        uint32_t original_bytes) const noexcept {
  for (const std::unique_ptr<Program>& program : state_->programs) {
    if (program->link_type != link_type) continue;
    const pcap_pkthdr header{.ts = {}, .caplen = captured_bytes, .len = original_bytes};
    return ::pcap_offline_filter(&program->code, &header, packet.data) != 0;
  }
  return false;
}

const std::vector<BpfFilter::Unfit>& BpfFilter::unfit() const noexcept {
  return state_->unfit;
}

const std::string& BpfFilter::expression() const noexcept {
  return state_->expression;
}

bool has_vlan_tag(const PacketView& packet, uint32_t link_type) noexcept {
  if (link_type != kLinkTypeEthernet || packet.captured_bytes < 14) return false;
  const uint16_t type = load_be16(packet.data + 12);
  return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

}  // namespace gophercap::packet
