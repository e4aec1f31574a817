// Builds tar archives in memory. Nothing is checked.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gophercap::testing {

enum class TarDialect : uint8_t { kUstar, kGnu, kV7 };

struct TarMember {
  std::string path;
  std::vector<uint8_t> data{};
  char type = '0';  // 1 hard link, 2 symbolic link, 3 device, 5 folder, 6 FIFO, S sparse
  std::string link{};
  uint32_t mode = 0644;
  int64_t mtime = 1'600'000'000;
  std::optional<uint64_t> size{};  // value written; default: data.size()
  bool base_256 = false;           // encoding of the size
  TarDialect dialect = TarDialect::kUstar;
};

class TarBuilder {
 public:
  TarBuilder& member(const TarMember& member);
  // A header of GNU tar ('L' name, 'K' link) for the next member.
  TarBuilder& gnu_long(char type, std::string_view text);
  // A pax header for the next member.
  TarBuilder& pax(const std::vector<std::pair<std::string, std::string>>& records);
  TarBuilder& raw(std::span<const uint8_t> bytes);
  TarBuilder& end();  // two records of zeros

  const std::vector<uint8_t>& bytes() const { return bytes_; }
  size_t size() const { return bytes_.size(); }

 private:
  void pad();

  std::vector<uint8_t> bytes_;
};

}  // namespace gophercap::testing
