#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dataset/dump/dump.h"

namespace gophercap::dataset {
namespace {

using nlohmann::ordered_json;

// A dump of one file with every key.
ordered_json good() {
  FileSummary file;
  file.path = "a.pcap";
  file.format = capture::Format::kPcapng;
  file.link_types = {{1, 3}};
  file.packets = 3;
  file.first = file.min = capture_time(1'000'000'000);
  file.last = file.max = capture_time(2'000'000'000);
  file.damage = capture::Damage{10, Errc::kCorrupt, "why"};
  DatasetSummary set;
  set.files = {file};
  summarize(set);
  return ordered_json::parse(dump_to_json(set));
}

// The error of a good dump after `change`; "" if it was read.
Error error_after(const std::function<void(ordered_json&)>& change) {
  ordered_json json = good();
  change(json);
  const Result<Dump> dump = dump_from_json(json.dump());
  return dump ? Error{} : dump.error();
}

void expect_corrupt(const std::string& where, const std::function<void(ordered_json&)>& change) {
  const Error error = error_after(change);
  EXPECT_EQ(error.code, Errc::kCorrupt) << where;
  EXPECT_TRUE(error.what.starts_with(where)) << where << " but: " << error.what;
}

TEST(DumpReaderTest, GoodOne) {
  const Result<Dump> dump = dump_from_json(good().dump());
  ASSERT_TRUE(dump);
  EXPECT_TRUE(dump->ours);
  ASSERT_EQ(dump->set.files.size(), 1u);
  EXPECT_EQ(dump->set.files[0].format, capture::Format::kPcapng);
  EXPECT_EQ(dump->set.beginning, capture_time(1'000'000'000));
}

TEST(DumpReaderTest, NoJson) {
  for (const char* text : {"", " ", "{", "[]", "null", "\"x\"", "{}x", "{\"files\":}", "{'a':1}",
                           "{\"files\":[]", "\xff", "{\"files\":[NaN]}", "{\"a\":\"\xff\"}"}) {
    const Result<Dump> dump = dump_from_json(text);
    ASSERT_FALSE(dump) << text;
    EXPECT_EQ(dump.error().code, Errc::kCorrupt) << text;
  }
  const std::string deep(1'000'000, '[');
  EXPECT_FALSE(dump_from_json(deep));
  EXPECT_FALSE(dump_from_json(std::string_view("{\"files\":[]}\0", 13)));
}

TEST(DumpReaderTest, CutAnywhere) {
  const std::string text = good().dump();
  for (size_t n = 0; n < text.size(); ++n) {
    ASSERT_FALSE(dump_from_json(std::string_view(text).substr(0, n))) << n;
  }
}

// A changed byte never causes a crash; either the dump is read or the error says what is wrong.
TEST(DumpReaderTest, EachByteChanged) {
  const std::string text = good().dump();
  for (size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'\0', '"', '9', '-', '{', ']', '\x80', 'e'}) {
      std::string changed = text;
      changed[i] = c;
      const Result<Dump> dump = dump_from_json(changed);
      if (!dump) {
        ASSERT_FALSE(dump.error().what.empty());
      }
    }
  }
}

TEST(DumpReaderTest, Versions) {
  const Error newer = error_after([](ordered_json& j) { j["gophercap_dump_version"] = 2; });
  EXPECT_EQ(newer.code, Errc::kUnsupported);
  EXPECT_NE(newer.what.find("version 2"), std::string::npos);
  const std::vector<ordered_json> bad = {0, -1, "1", 1.5, nullptr, true, 18446744073709551615u};
  for (const ordered_json& version : bad) {
    expect_corrupt("gophercap_dump_version: ",
                   [&](ordered_json& j) { j["gophercap_dump_version"] = version; });
  }
}

TEST(DumpReaderTest, FilesMustBeAList) {
  expect_corrupt("files: missing", [](ordered_json& j) { j.erase("files"); });
  expect_corrupt("files: expected an array", [](ordered_json& j) { j["files"] = nullptr; });
  expect_corrupt("files: expected an array", [](ordered_json& j) { j["files"] = 5; });
  expect_corrupt("files[1]: expected an object", [](ordered_json& j) { j["files"].push_back(5); });
}

TEST(DumpReaderTest, CountsAreWholeNumbersInRange) {
  for (const char* key : {"packets",
                          "size",
                          "max_packet_size",
                          "out_of_order",
                          "snaplen",
                          "interfaces",
                          "sections",
                          "plain_size_bytes",
                          "wire_bytes",
                          "largest_step_back_ns",
                          "largest_step_back_packets",
                          "largest_gap_ns",
                          "steps_back_above_1s",
                          "packets_behind_above_1s",
                          "packets_above_1514_bytes",
                          "packets_above_1518_bytes",
                          "packets_above_9014_bytes",
                          "packets_cut_by_snaplen",
                          "packets_without_time",
                          "packets_fraction_carried",
                          "packets_captured_above_original",
                          "padding_bytes",
                          "file_size_bytes"}) {
    ASSERT_TRUE(good()["files"][0].contains(key)) << key;
    const std::vector<ordered_json> bad = {
        -1, 1.5, "1", nullptr, true, 1e30, ordered_json::array(), 18446744073709551615u};
    for (const ordered_json& value : bad) {
      expect_corrupt(std::string("files[0]: ") + key + ": expected a whole number",
                     [&](ordered_json& j) { j["files"][0][key] = value; });
    }
  }
  for (const char* key : {"snaplen", "max_packet_size", "interfaces", "sections"}) {
    expect_corrupt(std::string("files[0]: ") + key,
                   [&](ordered_json& j) { j["files"][0][key] = 4294967296; });
    EXPECT_EQ(error_after([&](ordered_json& j) { j["files"][0][key] = 4294967295; }).what, "");
  }
}

TEST(DumpReaderTest, TimesMustParse) {
  for (const char* key : {"beginning", "end", "first", "last", "mtime"}) {
    const std::vector<ordered_json> bad = {"", "yesterday", "0001-01-01T00:00:00Z",
                                           5,  nullptr,     "9999-12-31T23:59:59Z"};
    for (const ordered_json& value : bad) {
      expect_corrupt(std::string("files[0]: ") + key,
                     [&](ordered_json& j) { j["files"][0][key] = value; });
    }
  }
  expect_corrupt("beginning: ", [](ordered_json& j) { j["beginning"] = "x"; });
  expect_corrupt("end: ", [](ordered_json& j) { j["end"] = 17; });
}

TEST(DumpReaderTest, TimesMustAgree) {
  expect_corrupt("files[0]: end: before beginning",
                 [](ordered_json& j) { j["files"][0]["end"] = "1970-01-01T00:00:00Z"; });
  expect_corrupt("files[0]: first",
                 [](ordered_json& j) { j["files"][0]["last"] = "1970-01-01T00:00:03Z"; });
  expect_corrupt("files[0]: first: without last",
                 [](ordered_json& j) { j["files"][0].erase("last"); });
}

TEST(DumpReaderTest, WordsAndLists) {
  expect_corrupt("files[0]: format: unknown word \"pcapx\"",
                 [](ordered_json& j) { j["files"][0]["format"] = "pcapx"; });
  expect_corrupt("files[0]: compression: ",
                 [](ordered_json& j) { j["files"][0]["compression"] = 1; });
  expect_corrupt("files[0]: link_types: ",
                 [](ordered_json& j) { j["files"][0]["link_types"] = {1}; });
  expect_corrupt("files[0]: link_types: ",
                 [](ordered_json& j) { j["files"][0]["link_types"][0]["link_type"] = -1; });
  expect_corrupt("files[0]: link_types: ",
                 [](ordered_json& j) { j["files"][0]["link_types"][0].erase("packets"); });
  expect_corrupt("files[0]: damage: ", [](ordered_json& j) { j["files"][0]["damage"] = "bad"; });
  expect_corrupt("files[0]: damage: ",
                 [](ordered_json& j) { j["files"][0]["damage"]["code"] = "bad"; });
  expect_corrupt("files[0]: pps: ", [](ordered_json& j) { j["files"][0]["pps"] = "many"; });
}

TEST(DumpReaderTest, Paths) {
  using namespace std::string_literals;  // for a zero inside
  expect_corrupt("files[0]: path: ", [](ordered_json& j) { j["files"][0]["path"] = ""; });
  expect_corrupt("files[0]: path: ", [](ordered_json& j) { j["files"][0]["path"] = 1; });
  expect_corrupt("files[0]: path: ", [](ordered_json& j) { j["files"][0]["path"] = "a\0b"s; });
  expect_corrupt("files[0]: path: missing", [](ordered_json& j) { j["files"][0].erase("path"); });
  for (const char* hex : {"f", "zz", "FF", "612e70636170ff", "", "00"}) {
    expect_corrupt("files[0]: path_hex: ",
                   [&](ordered_json& j) { j["files"][0]["path_hex"] = hex; });
  }
  EXPECT_EQ(error_after([](ordered_json& j) { j["files"][0]["path_hex"] = "612e70636170"; }).what,
            "");
  expect_corrupt("files: a.pcap is there twice",
                 [](ordered_json& j) { j["files"].push_back(j["files"][0]); });
}

TEST(DumpReaderTest, MissingKeys) {
  for (const char* key :
       {"packets", "size", "max_packet_size", "out_of_order", "snaplen", "beginning", "end"}) {
    expect_corrupt(std::string("files[0]: ") + key + ": missing",
                   [&](ordered_json& j) { j["files"][0].erase(key); });
  }
  ordered_json json = good();
  const ordered_json required = {{"path", "a"},
                                 {"snaplen", 1},
                                 {"packets", 2},
                                 {"size", 3},
                                 {"max_packet_size", 4},
                                 {"out_of_order", 5},
                                 {"beginning", "1970-01-01T00:00:00Z"},
                                 {"end", "1970-01-01T00:00:00Z"},
                                 {"of_a_later_version", {1, 2, {3}}}};
  json["files"] = ordered_json::array({required});  // in bare braces compilers differ
  json["something_else"] = nullptr;
  const Result<Dump> dump = dump_from_json(json.dump());
  ASSERT_TRUE(dump) << dump.error().what;
  EXPECT_EQ(dump->set.files[0].packets, 2u);
  EXPECT_EQ(dump->set.files[0].format, capture::Format::kUnknown);
  EXPECT_FALSE(dump->set.files[0].damage);
}

// Entries may be added or removed by hand; the figures of the set follow from the files.
TEST(DumpReaderTest, EditedByHand) {
  ordered_json json = good();
  ordered_json other = json["files"][0];
  other["path"] = "Z.pcap";
  other["end"] = "1970-01-01T00:00:09Z";
  json["files"].push_back(other);
  json["overlap_depth"] = 99;
  const Result<Dump> dump = dump_from_json(json.dump());
  ASSERT_TRUE(dump) << dump.error().what;
  EXPECT_EQ(dump->set.files[0].path, "Z.pcap");  // in the order of bytes again
  EXPECT_EQ(dump->set.end, capture_time(9'000'000'000));
  EXPECT_EQ(dump->set.overlap_depth, 2u);
}

// As written by the original, including zero times: only the paths are used.
TEST(DumpReaderTest, DumpOfTheOriginal) {
  const Result<Dump> dump = dump_from_json(R"({
    "beginning": "2020-09-28T08:00:00Z", "end": "0001-01-01T00:00:00Z",
    "files": [
      {"path": "/data/b.pcap", "snaplen": 262144, "packets": 9, "size": 1000, "max_packet_size": 90,
       "out_of_order": 1, "beginning": "2020-09-28T08:00:00.000001Z", "end": "0001-01-01T00:00:00Z",
       "pps": 12.5, "duration": -9223372036854775808, "duration_human": "x", "delay": 0,
       "delay_human": "0s"},
      {"path": "/data/a.pcap", "packets": -5, "end": null},
      {"path": "/data/b.pcap"}
    ]})");
  ASSERT_TRUE(dump) << dump.error().what;
  EXPECT_FALSE(dump->ours);
  ASSERT_EQ(dump->set.files.size(), 2u);
  EXPECT_EQ(dump->set.files[0].path, "/data/a.pcap");
  EXPECT_EQ(dump->set.files[1].path, "/data/b.pcap");
  EXPECT_EQ(dump->set.files[1].packets, 0u);
  EXPECT_FALSE(dump->set.beginning);
}

TEST(DumpReaderTest, DumpOfTheOriginalWithoutFilesOrPaths) {
  EXPECT_TRUE(dump_from_json(R"({"files": null})"));
  EXPECT_TRUE(dump_from_json(R"({"files": []})"));
  for (const char* text :
       {R"({})", R"({"files": {}})", R"({"files": [{}]})", R"({"files": [{"path": 3}]})",
        R"({"files": [{"path": ""}]})", R"({"files": ["a.pcap"]})"}) {
    const Result<Dump> dump = dump_from_json(text);
    ASSERT_FALSE(dump) << text;
    EXPECT_EQ(dump.error().code, Errc::kCorrupt);
  }
}

}  // namespace
}  // namespace gophercap::dataset
