#include "cli/text/hints.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <vector>

namespace gophercap::cli {
namespace {

const std::vector<std::string> kInterfaces = {"lo", "eth0", "veth-left"};

std::string hint(const Error& error, std::string_view interface_name = "eth0") {
  return hint_for(error, interface_name, kInterfaces);
}

TEST(Hints, CuresThatAreKnown) {
  EXPECT_EQ(hint(errno_error(EPERM, "interface eth0: packet socket")),
            "run as root, or once: setcap cap_net_raw+ep \"$(command -v gophercap)\"");
  EXPECT_EQ(hint(errno_error(EMFILE, "a.pcap")), "raise the limit of open files: ulimit -n 65536");
  EXPECT_EQ(hint(errno_error(ENOSPC, "dump.json")), "free some space, or write elsewhere");
  EXPECT_EQ(hint({Errc::kNoMemory, ENOMEM, "the set does not fit into the memory given"}),
            "give it more, if the machine has it: --memory 1G");
  EXPECT_TRUE(hint(out_of_memory("the set")).starts_with("give it more (ulimit -v"));
  EXPECT_EQ(hint(errno_error(ENETDOWN, "interface eth0")), "bring it up: ip link set dev eth0 up");
}

TEST(Hints, InterfaceThatIsNotThere) {
  const auto missing = [](std::string_view name) {
    return Error{Errc::kNotFound, ENODEV, "interface " + std::string(name) + ": no such interface"};
  };
  EXPECT_EQ(hint(missing("eht0"), "eht0"), "did you mean eth0?");
  EXPECT_EQ(hint(missing("veth-rihgt"), "veth-rihgt"), "");
  EXPECT_EQ(hint(errno_error(ENOENT, "dump.json"), "eht0"), "") << "about something else";
}

TEST(Hints, DumpThatIsNotThere) {
  const auto hint_with_dump = [](const Error& error) {
    return hint_for(error, "", kInterfaces, "set.json");
  };
  EXPECT_EQ(hint_with_dump(errno_error(ENOENT, "set.json")),
            "gophercap map PATH --dump-json set.json writes it");
  EXPECT_EQ(hint_with_dump(errno_error(ENOENT, "arrived.pcap")), "") << "about something else";
  EXPECT_EQ(hint_with_dump(errno_error(EACCES, "set.json")), "");
}

TEST(Hints, NoneWithoutAnInterface) {
  for (const int sys : {EPERM, ENETDOWN, ENOENT, EACCES, 0}) {
    EXPECT_EQ(hint(errno_error(sys, "x"), ""), "") << sys;
  }
}

// Depends on what was too long, and on what both ends support.
TEST(Hints, AnMtuThatHelps) {
  const auto hint_with = [](transmit::InterfaceFacts facts, uint64_t by_some, uint64_t by_all) {
    replay::Report report;
    report.interface = replay::InterfaceReport{.name = "veth0", .facts = std::move(facts)};
    report.accounts.mtu_needed = {by_some, by_all};
    return mtu_hint(report);
  };
  const auto far = [](uint32_t mtu, uint32_t max_mtu = 65535, bool elsewhere = false) {
    return transmit::FarEnd{
        .name = "veth1", .mtu = mtu, .max_mtu = max_mtu, .in_other_namespace = elsewhere};
  };
  EXPECT_EQ(hint_with({.mtu = 1500}, 0, 0), "");
  EXPECT_EQ(hint_with({.mtu = 1500}, 1504, 9000), "ip link set dev veth0 mtu 9000");
  EXPECT_EQ(hint_with({.mtu = 9000, .max_mtu = 65535}, 12000, 12000),
            "ip link set dev veth0 mtu 12000");
  EXPECT_EQ(hint_with({.mtu = 9000, .max_mtu = 9000}, 12000, 12000), "") << "nothing helps";
  EXPECT_EQ(hint_with({.mtu = 1500, .max_mtu = 9216}, 8000, 64000),
            "ip link set dev veth0 mtu 9216, the most that it can have");
  EXPECT_EQ(hint_with({.mtu = 9000, .far_end = far(1500)}, 1600, 1700),
            "ip link set dev veth1 mtu 1700");
  EXPECT_EQ(hint_with({.mtu = 1500, .far_end = far(1500, 65535, true)}, 1600, 1700),
            "ip link set dev veth0 mtu 1700; ip link set dev veth1 mtu 1700 (in its network "
            "namespace)");
  EXPECT_EQ(hint_with({.mtu = 9000, .far_end = far(9000)}, 12000, 12000),
            "ip link set dev veth0 mtu 12000; ip link set dev veth1 mtu 12000");
  EXPECT_EQ(hint_with({.mtu = 9000, .far_end = far(1500, 1500)}, 1600, 1700), "");
  EXPECT_EQ(mtu_hint({}), "");
}

}  // namespace
}  // namespace gophercap::cli
