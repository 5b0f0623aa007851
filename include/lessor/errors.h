/* SPDX-License-Identifier: Apache-2.0 */
/* errors.h - the codes with which Lessor's programs, its HTTP API and its log say what went wrong.
 *
 * The numbers from 20000 on are those of the DHCP Server Management API; lessor-errors(7) says what to do about each.
 * The name ERROR_DHCP_SUBNET_EXISTS stands for two numbers there, so the second one has its number in its name here.
 * Made from src/base/errors.def: change that, then run "make update-docs".
 */
#ifndef LESSOR_ERRORS_H
#define LESSOR_ERRORS_H

/* table: error-macros */
/* What the request names is not there. */
#define ERROR_FILE_NOT_FOUND 2
/* The other side did not accept who we are. */
#define ERROR_ACCESS_DENIED 5
/* There was not enough memory, or the work asked for more than its share of it. */
#define ERROR_NOT_ENOUGH_MEMORY 8
/* Lessor knows what is asked but does not do it here. */
#define ERROR_NOT_SUPPORTED 50
/* A value does not have the form that is expected. */
#define ERROR_INVALID_PARAMETER 87
/* A person was asked whether to go on, and said no. */
#define ERROR_CANCELLED 1223
/* The daemon's own settings, or its local copy of the directory, cannot be used. */
#define ERROR_DHCP_REGISTRY_INIT_FAILED 20000
/* The lease store could not be opened for this server. */
#define ERROR_DHCP_DATABASE_INIT_FAILED 20001
/* The management socket could not be set up. */
#define ERROR_DHCP_RPC_INIT_FAILED 20002
/* The sockets for DHCP could not be opened. */
#define ERROR_DHCP_NETWORK_INIT_FAILED 20003
/* The scope is already a member of a superscope, or the multicast scope's name or number is taken. */
#define ERROR_DHCP_SUBNET_EXISTS 20004
/* There is no scope for this network in the directory. */
#define ERROR_DHCP_SUBNET_NOT_PRESENT 20005
/* The scope's record of its primary host is missing. */
#define ERROR_DHCP_PRIMARY_NOT_FOUND 20006
/* What is to be removed is still in use. */
#define ERROR_DHCP_ELEMENT_CANT_REMOVE 20007
/* An option with this code is already defined. */
#define ERROR_DHCP_OPTION_EXISTS 20009
/* No such option is defined, or it has no value at this level. */
#define ERROR_DHCP_OPTION_NOT_PRESENT 20010
/* The address cannot be given out: excluded, declined, leased, or outside every range. */
#define ERROR_DHCP_ADDRESS_NOT_AVAILABLE 20011
/* Every address of the scope's ranges is leased, reserved or excluded. */
#define ERROR_DHCP_RANGE_FULL 20012
/* A local store (leases, their backups, or directory copy) could not be read or written. */
#define ERROR_DHCP_JET_ERROR 20013
/* A lease of this client or of this address exists already. */
#define ERROR_DHCP_CLIENT_EXISTS 20014
/* A packet was received that is not a valid DHCP message. */
#define ERROR_DHCP_INVALID_DHCP_MESSAGE 20015
/* No lease is known for this address or client. */
#define ERROR_DHCP_INVALID_DHCP_CLIENT 20016
/* The service is paused and answers no client. */
#define ERROR_DHCP_SERVICE_PAUSED 20017
/* There is no reservation for this address, or the address lies outside the scope. */
#define ERROR_DHCP_NOT_RESERVED_CLIENT 20018
/* The address is reserved for its client, so its lease is not removed by itself. */
#define ERROR_DHCP_RESERVED_CLIENT 20019
/* The range holds too few addresses to be of use. */
#define ERROR_DHCP_RANGE_TOO_SMALL 20020
/* The scope has exactly this range already. */
#define ERROR_DHCP_IPRANGE_EXISTS 20021
/* The address, or the client, has a reservation already. */
#define ERROR_DHCP_RESERVEDIP_EXISTS 20022
/* The range ends before it starts, overlaps another, leaves its scope, or is not one of the scope's. */
#define ERROR_DHCP_INVALID_RANGE 20023
/* The range continues a range that exists. */
#define ERROR_DHCP_RANGE_EXTENDED 20024
/* The piece by which a range would grow is too small: such a piece holds a multiple of 32 addresses. */
#define ERROR_DHCP_RANGE_EXTENSION_TOO_SMALL 20025
/* The range grew backwards by less than was asked, since such a piece holds a multiple of 32 addresses. */
#define ERROR_DHCP_WARNING_RANGE_EXTENDED_LESS 20026
/* The lease store was written in an earlier format, which this version reads only to convert it. */
#define ERROR_DHCP_JET_CONV_REQUIRED 20027
/* The table of boot files has a row that is not of the form REQUESTED,SERVER,FILE. */
#define ERROR_DHCP_SERVER_INVALID_BOOT_FILE_TABLE 20028
/* The boot file that the client asks for is not in the table of boot files. */
#define ERROR_DHCP_SERVER_UNKNOWN_BOOT_FILE_NAME 20029
/* The name of the superscope is too long. */
#define ERROR_DHCP_SUPER_SCOPE_NAME_TOO_LONG 20030
/* Another host on the network already uses the address. */
#define ERROR_DHCP_IP_ADDRESS_IN_USE 20032
/* The path of the audit log is too long. */
#define ERROR_DHCP_LOG_FILE_PATH_TOO_LONG 20033
/* A client asks for an address that none of this server's scopes holds. */
#define ERROR_DHCP_UNSUPPORTED_CLIENT 20034
/* A change of the host's interfaces was missed, so some may not be served. */
#define ERROR_DHCP_SERVER_INTERFACE_NOTIFICATION_EVENT 20035
/* The lease store was written in a format so old that this version cannot even convert it. */
#define ERROR_DHCP_JET97_CONV_REQUIRED 20036
/* Whether this server may serve cannot be told: the directory, or, without one, the network cannot be asked. */
#define ERROR_DHCP_ROGUE_INIT_FAILED 20037
/* This server has no directory, another DHCP server is active on its network, and its lessorStandaloneRule is alone. */
#define ERROR_DHCP_ROGUE_SAMSHUTDOWN 20038
/* The directory does not list this server, so it answers no client. */
#define ERROR_DHCP_ROGUE_NOT_AUTHORIZED 20039
/* No directory server answers; clients are answered only while an earlier verdict holds. */
#define ERROR_DHCP_ROGUE_DS_UNREACHABLE 20040
/* The directory's list contradicts itself or the network about this server, so it answers no client. */
#define ERROR_DHCP_ROGUE_DS_CONFLICT 20041
/* Another organisation's directory has authorized a DHCP server on the network; it is reported and ignored. */
#define ERROR_DHCP_ROGUE_NOT_OUR_ENTERPRISE 20042
/* This server runs without a directory on a network where authorized servers run, so it answers no client. */
#define ERROR_DHCP_STANDALONE_IN_DS 20043
/* No class has this name. */
#define ERROR_DHCP_CLASS_NOT_FOUND 20044
/* A class of this name, or for the same client data, exists already. */
#define ERROR_DHCP_CLASS_ALREADY_EXISTS 20045
/* The name of the scope is too long. */
#define ERROR_DHCP_SCOPE_NAME_TOO_LONG 20046
/* A default scope is already set. */
#define ERROR_DHCP_DEFAULT_SCOPE_EXISTS 20047
/* This attribute is fixed and cannot be changed. */
#define ERROR_DHCP_CANT_CHANGE_ATTRIBUTE 20048
/* The kind of a range cannot change while clients of the other kind hold addresses in it. */
#define ERROR_DHCP_IPRANGE_CONV_ILLEGAL 20049
/* An interface that the request names is no longer there, or has other addresses. */
#define ERROR_DHCP_NETWORK_CHANGED 20050
/* This interface's binding is not to be changed. */
#define ERROR_DHCP_CANNOT_MODIFY_BINDINGS 20051
/* The network overlaps a scope that exists in the directory. */
#define ERROR_DHCP_SUBNET_EXISTS_20052 20052
/* A multicast scope of this name or number exists already. */
#define ERROR_DHCP_MSCOPE_EXISTS 20053
/* A multicast range in 239.0.0.0/8 holds fewer than 256 addresses. */
#define ERROR_DHCP_MSCOPE_RANGE_TOO_SMALL 20054
/* No directory server could be reached. */
#define ERROR_DDS_NO_DS_AVAILABLE 20070
/* The directory has no DhcpRoot entry below CN=NetServices, so nobody can be authorized. */
#define ERROR_DDS_NO_DHCP_ROOT 20071
/* The directory answered in a way that was not expected. */
#define ERROR_DDS_UNEXPECTED_ERROR 20072
/* Too many entries could not be handled, so the work was given up. */
#define ERROR_DDS_TOO_MANY_ERRORS 20073
/* The directory has no entry for this server below its sites. */
#define ERROR_DDS_DHCP_SERVER_NOT_FOUND 20074
/* The directory defines this option already. */
#define ERROR_DDS_OPTION_ALREADY_EXISTS 20075
/* The directory does not define this option. */
#define ERROR_DDS_OPTION_DOES_NOT_EXIST 20076
/* The directory has a class of this name already. */
#define ERROR_DDS_CLASS_EXISTS 20077
/* The directory has no class of this name. */
#define ERROR_DDS_CLASS_DOES_NOT_EXIST 20078
/* The directory lists this server already. */
#define ERROR_DDS_SERVER_ALREADY_EXISTS 20079
/* The directory does not list this server. */
#define ERROR_DDS_SERVER_DOES_NOT_EXIST 20080
/* The directory lists this name with another address, or this address with another name. */
#define ERROR_DDS_SERVER_ADDRESS_MISMATCH 20081
/* The directory has a scope for this network already. */
#define ERROR_DDS_SUBNET_EXISTS 20082
/* The scope belongs to another superscope. */
#define ERROR_DDS_SUBNET_HAS_DIFF_SUPER_SCOPE 20083
/* The directory has no such scope or site. */
#define ERROR_DDS_SUBNET_NOT_PRESENT 20084
/* The directory has no such reservation. */
#define ERROR_DDS_RESERVATION_NOT_PRESENT 20085
/* The reservation contradicts another one of the same scope: same address or same client. */
#define ERROR_DDS_RESERVATION_CONFLICT 20086
/* The range overlaps a range that the directory holds. */
#define ERROR_DDS_POSSIBLE_RANGE_CONFLICT 20087
/* The scope has no such range or exclusion in the directory. */
#define ERROR_DDS_RANGE_DOES_NOT_EXIST 20088
/* The class is built in and stays. */
#define ERROR_DHCP_DELETE_BUILTIN_CLASS 20089
/* The prefix is not one from which addresses can be leased. */
#define ERROR_DHCP_INVALID_SUBNET_PREFIX 20091
/* The delay of offers is outside 0 to 1000 milliseconds. */
#define ERROR_DHCP_INVALID_DELAY 20092
/* The hardware address or pattern is already in one of the filter lists. */
#define ERROR_DHCP_LINKLAYER_ADDRESS_EXISTS 20093
/* The hardware address that would be shut out has a reservation. */
#define ERROR_DHCP_LINKLAYER_ADDRESS_RESERVATION_EXISTS 20094
/* The hardware address or pattern is in no filter list. */
#define ERROR_DHCP_LINKLAYER_ADDRESS_DOES_NOT_EXIST 20095
/* This hardware type is already exempt from filtering. */
#define ERROR_DHCP_HARDWARE_ADDRESS_TYPE_ALREADY_EXEMPT 20101
/* This hardware type is not exempt from filtering. */
#define ERROR_DHCP_UNDEFINED_HARDWARE_ADDRESS_TYPE 20102
/* The value is not of the type that the definition of its option demands. */
#define ERROR_DHCP_OPTION_TYPE_MISMATCH 20103
/* A parenthesis in the condition of the policy has no partner. */
#define ERROR_DHCP_POLICY_BAD_PARENT_EXPR 20104
/* A policy of this name exists already at this level. */
#define ERROR_DHCP_POLICY_EXISTS 20105
/* The policy's range overlaps the range of another policy of the scope. */
#define ERROR_DHCP_POLICY_RANGE_EXISTS 20106
/* The policy's range is not one: it ends before it starts, overlaps itself, or leaves its scope. */
#define ERROR_DHCP_POLICY_RANGE_BAD 20107
/* A policy of the server as a whole cannot have ranges, since addresses belong to scopes. */
#define ERROR_DHCP_RANGE_INVALID_IN_SERVER_POLICY 20108
/* The condition of the policy makes no sense. */
#define ERROR_DHCP_INVALID_POLICY_EXPRESSION 20109
/* The policy's place in the order leaves a gap. */
#define ERROR_DHCP_INVALID_PROCESSING_ORDER 20110
/* There is no policy of this name. */
#define ERROR_DHCP_POLICY_NOT_FOUND 20111
/* A policy has a range of its own here, which would end up outside the scope's ranges. */
#define ERROR_SCOPE_RANGE_POLICY_RANGE_CONFLICT 20112
/* The scope is already in a failover relationship. */
#define ERROR_DHCP_FO_SCOPE_ALREADY_IN_RELATIONSHIP 20113
/* A failover relationship of this name exists already. */
#define ERROR_DHCP_FO_RELATIONSHIP_EXISTS 20114
/* There is no failover relationship of this name. */
#define ERROR_DHCP_FO_RELATIONSHIP_DOES_NOT_EXIST 20115
/* The scope names more than one server but is in no failover relationship, so nobody may serve it. */
#define ERROR_DHCP_FO_SCOPE_NOT_IN_RELATIONSHIP 20116
/* This can only be asked of the relationship's primary server. */
#define ERROR_DHCP_FO_RELATION_IS_SECONDARY 20117
/* The partner or the scope does not allow failover. */
#define ERROR_DHCP_FO_NOT_SUPPORTED 20118
/* The clocks of the two partners differ too much for failover. */
#define ERROR_DHCP_FO_TIME_OUT_OF_SYNC 20119
/* The failover relationship is not in its normal state. */
#define ERROR_DHCP_FO_STATE_NOT_NORMAL 20120
/* You do not have the right to do this. */
#define ERROR_DHCP_NO_ADMIN_PERMISSION 20121
/* The server could not be reached. */
#define ERROR_DHCP_SERVER_NOT_REACHABLE 20122
/* The host answers but lessord does not run on it. */
#define ERROR_DHCP_SERVER_NOT_RUNNING 20123
/* The name of the server could not be resolved. */
#define ERROR_DHCP_SERVER_NAME_NOT_RESOLVED 20124
/* The name of the failover relationship is too long. */
#define ERROR_DHCP_FO_RELATIONSHIP_NAME_TOO_LONG 20125
/* Fewer addresses are free in the range than were asked for. */
#define ERROR_DHCP_REACHED_END_OF_SELECTION 20126
/* The leases of the added scopes could not be copied to the partner. */
#define ERROR_DHCP_FO_ADDSCOPE_LEASES_NOT_SYNCED 20127
/* The server has as many failover relationships as it can have. */
#define ERROR_DHCP_FO_MAX_RELATIONSHIPS 20128
/* A scope in a failover relationship cannot lease to BOOTP clients. */
#define ERROR_DHCP_FO_IPRANGE_TYPE_CONV_ILLEGAL 20129
/* Too many scopes are added to the relationship at once. */
#define ERROR_DHCP_FO_MAX_ADD_SCOPES 20130
/* A scope that leases to BOOTP clients cannot be in a failover relationship. */
#define ERROR_DHCP_FO_BOOT_NOT_SUPPORTED 20131
/* The range belongs to a scope in a failover relationship and is not removed. */
#define ERROR_DHCP_FO_RANGE_PART_OF_REL 20132
/* A policy whose condition is about the client's domain name cannot have ranges. */
#define ERROR_DHCP_POLICY_FQDN_RANGE_UNSUPPORTED 20135
/* A policy whose condition is about the client's domain name cannot have options other than 51 and 81. */
#define ERROR_DHCP_POLICY_FQDN_OPTION_UNSUPPORTED 20136
/* end of table */

#endif
