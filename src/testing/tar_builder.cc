#include "testing/tar_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace gophercap::testing {
namespace {

constexpr size_t kRecord = 512;
using Header = std::array<uint8_t, kRecord>;

void put(Header& header, size_t offset, size_t room, std::string_view text) {
  std::copy_n(text.begin(), std::min(room, text.size()),
              header.begin() + static_cast<ptrdiff_t>(offset));
}

void put_octal(Header& header, size_t offset, size_t room, uint64_t value) {
  put(header, offset, room, fmt::format("{:0{}o}", value, room - 1));
}

void put_size(Header& header, uint64_t size, bool base_256) {
  if (!base_256) {
    put_octal(header, 124, 12, size);
    return;
  }
  header[124] = 0x80;
  for (size_t i = 0; i < 8; ++i) header[128 + i] = static_cast<uint8_t>(size >> (56 - 8 * i));
}

}  // namespace

void TarBuilder::pad() {
  bytes_.resize((bytes_.size() + kRecord - 1) / kRecord * kRecord);
}

TarBuilder& TarBuilder::member(const TarMember& member) {
  Header header{};
  put(header, 0, 100, member.path);
  put_octal(header, 100, 8, member.mode);
  put_octal(header, 108, 8, 0);
  put_octal(header, 116, 8, 0);
  put_size(header, member.size.value_or(member.data.size()), member.base_256);
  put_octal(header, 136, 12, static_cast<uint64_t>(member.mtime));
  header[156] = static_cast<uint8_t>(member.type);
  put(header, 157, 100, member.link);
  if (member.dialect == TarDialect::kUstar)
    put(header, 257, 8,
        std::string_view("ustar\0"
                         "00",
                         8));
  if (member.dialect == TarDialect::kGnu) put(header, 257, 8, std::string_view("ustar  \0", 8));
  std::fill_n(header.begin() + 148, 8, uint8_t{' '});
  put(header, 148, 7,
      fmt::format("{:06o}", std::accumulate(header.begin(), header.end(), uint32_t{0})));
  header[154] = 0;
  raw(header);
  raw(member.data);
  pad();
  return *this;
}

TarBuilder& TarBuilder::gnu_long(char type, std::string_view text) {
  TarMember header{.path = "././@LongLink", .type = type, .dialect = TarDialect::kGnu};
  header.data.assign(text.begin(), text.end());
  header.data.push_back(0);
  return member(header);
}

TarBuilder& TarBuilder::pax(const std::vector<std::pair<std::string, std::string>>& records) {
  std::string text;
  for (const auto& [key, value] : records) {
    const size_t rest = key.size() + value.size() + 3;
    size_t length = rest + 1;
    while (length != rest + fmt::format("{}", length).size())
      length = rest + fmt::format("{}", length).size();
    text += fmt::format("{} {}={}\n", length, key, value);
  }
  TarMember header{.path = "PaxHeaders/x", .type = 'x'};
  header.data.assign(text.begin(), text.end());
  return member(header);
}

TarBuilder& TarBuilder::raw(std::span<const uint8_t> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return *this;
}

TarBuilder& TarBuilder::end() {
  bytes_.resize(bytes_.size() + 2 * kRecord);
  return *this;
}

}  // namespace gophercap::testing
